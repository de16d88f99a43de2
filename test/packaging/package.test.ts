import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/source-code.ts';

const read = (path: string) => readFileSync(join(repository, path), 'utf8');

test('the npm package contains what runs and its documents, and nothing else', () => {
  const { stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'],
    { cwd: repository, encoding: 'utf8' },
  );
  const [packed] = JSON.parse(stdout) as { readonly files: { readonly path: string }[] }[];
  const paths = packed?.files.map(({ path }) => path) ?? [];
  const needed = [
    'bin/popfetch.cjs',
    'dist/popfetch.cjs',
    'dist/THIRD-PARTY-NOTICES',
    'dist/popfetch.schema.json',
    'man/popfetch.1',
    'man/popfetch.yaml.5',
    'examples/minimal.yaml',
    'examples/systemd/user/popfetch.timer',
    'LICENSE',
    'package.json',
  ];
  for (const path of needed) assert.ok(paths.includes(path), `${path}\n${stderr}`);
  const document =
    /^(?:README\.md|CHANGELOG\.md|LICENSE|package\.json|man\/[^/]+|docs\/[^/]+\.md|examples\/.+)$/;
  const program =
    /^(?:bin\/popfetch\.cjs|dist\/(?:popfetch\.cjs|popfetch\.[\w.-]+\.cache|popfetch\.schema\.json|THIRD-PARTY-NOTICES))$/;
  assert.deepEqual(
    paths.filter((path) => !document.test(path) && !program.test(path)),
    [],
  );
});

test('every package whose code is in the bundle is named with its licence', () => {
  // esbuild says above each module where it comes from.
  const origins = /^\s*\/\/ (?:\S*\/)?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm;
  const bundled = [...read('dist/popfetch.cjs').matchAll(origins)].map(([, name = '']) => name);
  const notices = read('dist/THIRD-PARTY-NOTICES');
  const listed = [...notices.matchAll(/^ {2}(\S+) \S+ {2}\S/gm)].map(([, name = '']) => name);
  assert.ok(bundled.includes('yargs') && bundled.includes('@pinojs/redact'));
  assert.deepEqual([...new Set(bundled)].sort(), listed);
  for (const name of listed) assert.ok(notices.includes(`-\n${name} `), `the licence of ${name}`);
});

test('the container image is made of what is there, runs as nobody in particular and tells how it is', () => {
  const lines = read('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const all = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const copied = all('COPY').filter((words) => !words.startsWith('--from'));
  for (const source of copied.flatMap((words) => words.split(' ').slice(0, -1)))
    assert.ok(existsSync(join(repository, source)), source);
  const [major] = /[\d.]+/.exec(JSON.parse(read('package.json')).engines.node) ?? [];
  for (const image of all('FROM'))
    assert.ok(Number(/^node:(\d+)/.exec(image)?.[1]) >= Math.ceil(Number(major)), image);
  assert.deepEqual(all('USER'), ['node']);
  assert.deepEqual(all('VOLUME'), ['["/config", "/state", "/mail"]']);
  assert.match(all('HEALTHCHECK').join(), /popfetch status --max-age /);
});

test('what a package runs as scripts may be run', () => {
  for (const name of ['postinst', 'prerm', 'postrm'])
    assert.equal(spawnSync('sh', ['-n', join(repository, 'packaging/debian', name)]).status, 0);
  assert.notEqual(statSync(join(repository, 'bin/popfetch.cjs')).mode & 0o111, 0);
});
