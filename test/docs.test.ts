import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { globalTable } from '../src/cli/args/global.ts';
import { commandNamed, commands, optionForms } from '../src/cli/args/table.ts';
import { parseArguments } from '../src/cli/args.ts';
import { exitStatus } from '../src/cli/exit-status.ts';
import { environmentVariables } from '../src/cli/help/environment.ts';
import { hookKeys } from '../src/config/hook-keys.ts';
import { accountKeys, alertKeys, topKeys } from '../src/config/keys.ts';
import { parseConfig } from '../src/config/parse.ts';
import { demoLogin } from '../src/demo/maildrop-session.ts';
import { DemoServer } from '../src/demo/pop3-server.ts';
import { Failure, failureNatures } from '../src/errors.ts';
import { referencePage } from './support/reference.ts';
import { repository, sourceFiles } from './support/source-code.ts';

const readme = read('README.md');
const commandPage = read('man/popfetch.1');
const filePage = read('man/popfetch.yaml.5');
const everyOption = [globalTable, ...commands.map(([, { options }]) => options)].flatMap(
  (options) => Object.keys(options).map((name) => `--${name}`),
);

test('every command of the README is run here or in continuous integration', () => {
  const ci = read('.ci/run');
  const elsewhere = sections(readme).filter(({ title }) => title !== 'Configure');
  const commands = elsewhere.flatMap(({ text }) => blocks(text, 'sh').flatMap(simpleCommands));
  assert.ok(commands.length > 0);
  const isRun = (command: string) =>
    ci.split('\n').some((line) => line.trim() === `run ${command}`);
  assert.deepEqual(
    commands.filter((command) => !isRun(command)),
    [],
  );
});

test('the commands under Configure work, in this order, with the configuration shown there', async () => {
  const { text = '' } = sections(readme).find(({ title }) => title === 'Configure') ?? {};
  const commands = [...blocks(text, 'sh'), ...blocks(text, 'crontab').map(withoutTimes)].join('');
  const [yaml = ''] = blocks(text, 'yaml');
  await using server = await DemoServer.start(0);
  server.arrive([Buffer.from('Subject: one\r\n\r\nHello.\r\n')]);
  await using home = await temporaryHome();
  const folder = join(home.path, '.config/popfetch');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), atDemoServer(yaml, server.port));
  writeFileSync(join(folder, 'home.password'), `${demoLogin.password}\n`);
  const { status, output } = await home.run(`set -e\n${commands}`);
  assert.equal(status, 0, output);
  assert.match(output, /config\.yaml: ok, 1 account\n/);
  assert.match(output, /dry run: nothing was fetched/);
  assert.match(output, /^home: 1 new, .* -> ~\/Maildir\/$/m);
  assert.equal(readdirSync(join(home.path, 'Maildir/new')).length, 1);
});

test('every configuration in the README, popfetch.yaml(5) and docs/ is valid', () => {
  const configurations = [
    ...blocks(readme, 'yaml'),
    ...blocks(read('docs/oauth2.md'), 'yaml'),
    ...manExamples(filePage).filter((example) => example.includes('accounts:')),
  ];
  assert.equal(configurations.length, 7);
  for (const text of configurations) {
    const parsed = parseConfig(text, 'example', { home: '/home/joe' });
    assert.equal(parsed.kind, 'config', `${text}\n${JSON.stringify(parsed)}`);
  }
});

const howTos = readdirSync(join(repository, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name: `docs/${name}`, text: read(`docs/${name}`) }));
const guides = [...howTos, { name: 'README.md', text: readme }];

test('every configuration in docs/ is valid', () => {
  const configurations = howTos.flatMap(({ text }) => blocks(text, 'yaml'));
  assert.ok(configurations.length > 8);
  for (const text of configurations) {
    const parsed = parseConfig(text, 'example', { home: '/home/joe' });
    assert.equal(parsed.kind, 'config', `${text}\n${JSON.stringify(parsed)}`);
  }
});

test('every command line shown in docs/ and the README is understood', () => {
  const lines = guides.flatMap(({ text }) => shownLines(text));
  assert.ok(lines.length > 20);
  for (const line of lines) {
    const words = line.split(' ').filter((word) => word !== '');
    assert.doesNotThrow(() => parseArguments(words, {}, '0'), `popfetch ${line}`);
  }
});

test('docs/ and the README speak of no command and no option that is not there', () => {
  const spoken = guides.flatMap(({ text }) =>
    [...text.matchAll(/`popfetch ([a-z][^`]*)`/g)].map(([, line = '']) => line),
  );
  assert.ok(spoken.length > 20);
  for (const line of spoken) {
    const words = commandNamed(line.split(' ')[0] ?? '');
    assert.ok(words, `popfetch ${line}`);
    const known = new Set(optionForms(words).map(({ written }) => written));
    const options = line.match(/(?<=\s)--[a-z-]+/g) ?? [];
    assert.deepEqual(
      options.filter((option) => !known.has(option)),
      [],
      `popfetch ${line}`,
    );
  }
});

test('the reference is what the tables of the program say', () => {
  const page = referencePage();
  if (process.env.POPFETCH_WRITE_REFERENCE !== undefined)
    writeFileSync(join(repository, 'docs/reference.md'), page);
  const written = read('docs/reference.md');
  const differing = page.split('\n').filter((line) => !written.includes(line));
  const hint = 'POPFETCH_WRITE_REFERENCE=1 npm test -- docs writes it anew';
  assert.deepEqual(differing, [], hint);
  assert.ok(written === page, hint);
});

test('every link in docs/ and the README leads to a file that is there', () => {
  const broken = guides.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(repository, dirname(name), target)))
      .map((target) => `${name}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('popfetch(1) has every option of every command, and no other', () => {
  assert.deepEqual(unique(optionsIn(commandPage)), unique([...everyOption, '--once']));
});

test('popfetch(1) has every command', () => {
  const bold = commandPage.replaceAll('\\-', '-');
  const missing = commands.filter(
    ([name]) => !new RegExp(`^\\.B.*popfetch ${name}\\b`, 'm').test(bold),
  );
  assert.deepEqual(
    missing.map(([name]) => name),
    // It is the one with its own way of writing.
    ['once'],
  );
});

test('the README names no option that no command has', () => {
  const helped = new Set([...everyOption, '--once']);
  const ours = readme.split('\n').filter((line) => !/\b(?:npm|git)\b/.test(line));
  assert.deepEqual(
    optionsIn(ours.join('\n')).filter((option) => !helped.has(option)),
    [],
  );
});

test('popfetch.yaml(5) has every key of the configuration with its default, and no other', () => {
  const described = new Map(keysIn(filePage));
  const keys = {
    accounts: undefined,
    defaults: undefined,
    alerts: undefined,
    hooks: undefined,
    ...topKeys,
    ...accountKeys,
  };
  assert.deepEqual([...described.keys()].sort(), Object.keys(keys).sort());
  for (const [name, key] of Object.entries(keys)) {
    const wanted = key?.default;
    const text = described.get(name) ?? '';
    if (wanted !== undefined && /^[\w~/]+$/.test(wanted))
      assert.ok(text.includes(wanted), `${name}: default ${wanted} not in "${text}"`);
  }
  for (const [group, groupKeys] of Object.entries({ alerts: alertKeys, hooks: hookKeys }))
    for (const [name, key] of Object.entries(groupKeys)) {
      const text = described.get(group) ?? '';
      assert.ok(text.includes(name) && text.includes(key.default ?? ''), `${group}.${name}`);
    }
});

test('popfetch(1) and the README have every exit status', () => {
  const codes = Object.keys(failureNatures) as (keyof typeof failureNatures)[];
  const byCode = codes.map((code) => String(exitStatus(new Failure(code, code))));
  const statuses = unique(['0', '1', '69', '129', '130', '143', ...byCode]);
  const numbers = (text: string) => unique(text.match(/\b\d+\b/g) ?? []);
  const table = readme.split('\n').filter((line) => /^\| \d/.test(line));
  assert.deepEqual(numbers(table.map((line) => line.split('|')[1]).join(' ')), statuses);
  const tags = /\.TP\n(\.BR? [\d "1,]+)\n/g;
  const page = manSection(commandPage, 'EXIT STATUS');
  assert.deepEqual(numbers([...page.matchAll(tags)].map((tag) => tag[1]).join(' ')), statuses);
});

test('popfetch(1) has every environment variable that the program reads', () => {
  const variable = /\benv(?:\.|\[')([A-Z][A-Z_]+)/g;
  const used = sourceFiles('src').flatMap(({ text }) =>
    [...text.matchAll(variable)].map(([, name = '']) => name),
  );
  const page = manSection(commandPage, 'ENVIRONMENT');
  const topic = environmentVariables.flatMap(([names]) => names.split(', '));
  assert.deepEqual(unique(topic), unique([...used, 'NODE_EXTRA_CA_CERTS']));
  const described =
    page.match(
      /\b[A-Z]+(?:_[A-Z]+)+\b|\b(?:DISPLAY|HOME|LOGNAME|PATH|TERM|USER|FETCHMAIL[A-Z]+)\b/g,
    ) ?? [];
  const ofNode = ['NODE_EXTRA_CA_CERTS'];
  assert.deepEqual(unique(described), unique([...used, ...ofNode]));
});

test('the files that the README points to exist', () => {
  const paths = [
    ...readme.matchAll(/`((?:src|test|examples|\.ci|man|bin)\/[^`\s]*|[A-Z]+(?:\.md)?)`/g),
  ];
  const named = paths
    .map(([, path = '']) => path)
    .filter((path) => !/^(?:FAIL|LICENSE)$/.test(path));
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((path) => !existsSync(join(repository, path))),
    [],
  );
});

test('the documents are of the version that package.json says', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  assert.match(commandPage, new RegExp(`^\\.TH .*"popfetch ${version}"`));
  assert.match(filePage, new RegExp(`^\\.TH .*"popfetch ${version}"`));
  assert.match(readme, new RegExp(`popfetch-${version}\\.tgz`));
  assert.match(read('CHANGELOG.md'), /^## \[Unreleased\]$/m);
});

const mandoc = spawnSync('mandoc', ['-h']).error === undefined;

test('mandoc has nothing to complain about in the manual pages', {
  skip: mandoc ? false : 'mandoc is not installed; on Debian: apt-get install mandoc',
}, () => {
  const pages = ['man/popfetch.1', 'man/popfetch.yaml.5'];
  const options = { cwd: repository, encoding: 'utf8' } as const;
  const lint = spawnSync('mandoc', ['-T', 'lint', ...pages], options);
  assert.equal(lint.stdout + lint.stderr, '');
  assert.equal(lint.status, 0);
});

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

function unique(all: readonly string[]): string[] {
  return [...new Set(all)].sort();
}

/** A Markdown text's second-level sections; what stands before the first has no title. */
function sections(markdown: string): { readonly title: string; readonly text: string }[] {
  return markdown.split(/^## /m).map((text, at) => ({
    title: at === 0 ? '' : (text.split('\n')[0] ?? ''),
    text,
  }));
}

/** The fenced blocks of one language. */
function blocks(markdown: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...markdown.matchAll(fence)].map(([, block = '']) => block);
}

function simpleCommands(block: string): string[] {
  return block
    .split(/\n|&&/)
    .map((command) => command.trim())
    .filter((command) => command !== '');
}

/** What stands behind `popfetch` in blocks of commands. */
function shownLines(markdown: string): string[] {
  const all = ['sh', 'console', 'crontab'].flatMap((language) => blocks(markdown, language));
  return all
    .flatMap((block) => withoutTimes(block).split('\n'))
    .flatMap((line) => /^(?:\$ )?popfetch ([^>|&#]*)/.exec(line)?.[1]?.trim() ?? []);
}

/** A crontab line without its five times. */
function withoutTimes(crontab: string): string {
  return crontab.replace(/^(?:[\d*/,-]+\s+){5}/gm, '');
}

/** The README's account, but at the demo server. */
function atDemoServer(yaml: string, port: number): string {
  return yaml
    .replace('host: pop.example.org', `host: 127.0.0.1\n    port: ${port}\n    tls: off`)
    .replace('user: joe', `user: ${demoLogin.user}`);
}

interface Home extends AsyncDisposable {
  readonly path: string;
  /** Runs lines of shell in which `popfetch` is the program as built. */
  run(script: string): Promise<{ readonly status: number | null; readonly output: string }>;
}

async function temporaryHome(): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), 'popfetch-docs-'));
  mkdirSync(join(path, 'bin'));
  symlinkSync(process.execPath, join(path, 'bin/node'));
  const program = `#!/bin/sh\nexec node '${join(repository, 'bin/popfetch.cjs')}' "$@"\n`;
  writeFileSync(join(path, 'bin/popfetch'), program, { mode: 0o755 });
  return {
    path,
    async run(script) {
      const env = { HOME: path, PATH: `${join(path, 'bin')}:/usr/bin:/bin` };
      const shell = spawn('/bin/sh', ['-c', script], {
        cwd: path,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [shell.stdout, shell.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      await once(shell, 'close');
      return { status: shell.exitCode, output };
    },
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Long options by name, `--no-keep` under `--keep`. */
function optionsIn(text: string): string[] {
  const names = text.replaceAll('\\-', '-').match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
  return names.map((name) => name.replace(/^--no-/, '--'));
}

/** A section of a manual page, with its macros. */
function manSection(page: string, title: string): string {
  const [, text = ''] = new RegExp(`^\\.SH ${title}\\n(.*?)(?=^\\.SH )`, 'ms').exec(page) ?? [];
  assert.notEqual(text, '', `no section ${title}`);
  return text;
}

/** The keys described in popfetch.yaml(5), each with its text. */
function keysIn(page: string): [name: string, text: string][] {
  const description = manSection(page, 'DESCRIPTION').replace(/^\.RS\n.*?^\.RE\n/gms, '');
  const entries = description.split(/^(?=\.TP\n|\.SS )/m);
  return entries.flatMap((entry) => {
    const [, name, text = ''] = /^\.TP\n\.B (\w+)\n(.*)$/s.exec(entry) ?? [];
    return name === undefined ? [] : [[name, text.replaceAll('\\(ti', '~')]];
  });
}

/** What stands between .EX and .EE, as a reader sees it. */
function manExamples(page: string): string[] {
  const examples = page.matchAll(/^\.EX\n(.*?)^\.EE$/gms);
  return [...examples].map(([, text = '']) => text.replaceAll('\\(ti', '~').replaceAll('\\-', '-'));
}
