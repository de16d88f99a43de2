import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { completionScript } from '../../src/cli/commands/completion.ts';
import { noTerminal, Terminals } from '../support/pty.ts';

const folder = mkdtempSync(join(tmpdir(), 'popfetch-completion-'));
after(() => rmSync(folder, { recursive: true }));

const configurations: Readonly<Record<string, string>> = {
  'block.yaml': `# accounts of mine
jobs: 3
accounts:
  # a comment
  gmx:
    host: x
    user: {a: b}

  "work":   {host: a, user: b}
  home.net:
    deliver: {maildir: "~/x/{account}/"}
every: 5m
`,
  'flow.yaml': 'accounts: {gmx: {host: "a, b: {"}, work: {user: [x, y]}, home.net: {user: z}}\n',
  'lines.json':
    '{"jobs": 4,\n "accounts": {\n  "gmx": {"host": "x}", "user": ["x"]}, "work": {"host": "h"},\n  "home.net": {"user": "z"}}, "every": "5m"}\n',
};
for (const [name, text] of Object.entries(configurations)) writeFileSync(join(folder, name), text);

const config = join(folder, 'block.yaml');
const env = { PATH: process.env.PATH, HOME: folder };

/** What is typed, and what it may become. */
const typed: readonly (readonly [line: string, candidates: readonly string[]])[] = [
  ['popfetch onc', ['once']],
  ['popfetch h', ['history', 'help']],
  [`popfetch -c ${config} once `, ['gmx', 'work', 'home.net']],
  [`popfetch --once --config ${config} g`, ['gmx']],
  [`popfetch peek -c ${config} w`, ['work']],
  ['popfetch config c', ['check']],
  ['popfetch once --lim', ['--limit']],
  ['popfetch --log-format ', ['pretty', 'logfmt', 'json']],
  ['popfetch help co', ['config', 'completion']],
];

function missing(shell: string): string | false {
  const found = spawnSync(shell, ['-c', 'true']).error === undefined;
  return found ? false : `${shell} is not installed; on Debian: apt-get install ${shell}`;
}

test('bash completes commands, options, choices and account names', {
  skip: missing('bash'),
}, async () => {
  const calls = typed.map(([line]) => `try ${line.endsWith(' ') ? `${line}''` : line}`);
  const script = `${await completionScript('bash')}
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _popfetch; echo "\${COMPREPLY[*]}"; }
${calls.join('\n')}
for file in ${Object.keys(configurations).join(' ')}; do echo $(_popfetch_accounts $file); done
`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd: folder, env });
  const lines = String(stdout).trimEnd().split('\n');
  assert.equal(String(stderr), '');
  for (const [at, [line, wanted]] of typed.entries())
    assert.deepEqual(lines[at]?.split(' ').sort(), [...wanted].sort(), line);
  assert.deepEqual(lines.slice(typed.length), Array(3).fill('gmx work home.net'));
});

test('fish completes commands, options, choices and account names', {
  skip: missing('fish'),
}, async () => {
  const calls = typed.map(([line]) => `complete -C '${line}'; echo ==`);
  const script = `${await completionScript('fish')}\n${calls.join('\n')}\n`;
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { cwd: folder, env });
  assert.equal(String(stderr), '');
  const answers = String(stdout).split('==\n');
  for (const [at, [line, wanted]] of typed.entries()) {
    const candidates = (answers[at] ?? '').trimEnd().split('\n');
    const words = candidates.map((candidate) => candidate.split('\t')[0] ?? '');
    assert.deepEqual(words.sort(), [...wanted].sort(), line);
  }
});

test('zsh completes commands, options, choices and account names', {
  skip: missing('zsh') || noTerminal,
}, async () => {
  writeFileSync(join(folder, '_popfetch'), await completionScript('zsh'));
  writeFileSync(
    join(folder, '.zshrc'),
    `PS1='> '; fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D\n`,
  );
  using terminals = new Terminals();
  const steps = typed.flatMap(([line, wanted]) => {
    // A single candidate is put in; of several the list is shown.
    const end = wanted.length === 1 ? `${wanted[0]} ` : (wanted.at(-1) ?? '');
    return [
      { expect: '> ', send: `${line}\t` },
      { expect: end, send: '\u0015\n' },
    ];
  });
  const { output, status } = await terminals.run({
    argv: ['zsh', '-i'],
    env: { ...env, TERM: 'dumb', ZDOTDIR: folder },
    cwd: folder,
    steps: [...steps, { expect: '> ', send: 'exit\n' }],
    timeout: 10,
  });
  assert.equal(status, 0, output);
});
