import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundServer } from '../../src/init/find-server.ts';
import { keyringEntry } from '../../src/init/password-place.ts';
import type { Choice, Questions, TextOptions } from '../../src/init/questions.ts';
import { type Server, settingsOf, Wizard, type WizardParts } from '../../src/init/wizard.ts';
import { providerOfAddress } from '../../src/providers/provider.ts';

/** Answers by the beginning of the question; what was asked is noted, with what could be chosen. */
class Scripted implements Questions {
  readonly asked: string[] = [];
  readonly #answers: Readonly<Record<string, string>>;

  constructor(answers: Readonly<Record<string, string>>) {
    this.#answers = answers;
  }

  async text(question: string, { otherwise, check }: TextOptions = {}): Promise<string> {
    const answer = this.#answer(question) ?? otherwise ?? '';
    assert.equal(check?.(answer), undefined, `${question}: ${answer}`);
    return answer;
  }

  async secret(question: string): Promise<string> {
    return this.#answer(question) ?? '';
  }

  async choose<Value extends string>(
    question: string,
    choices: readonly Choice<Value>[],
  ): Promise<Value> {
    const wanted = this.#answer(question);
    this.asked.push(`  of ${choices.map(({ value }) => value).join(' ')}`);
    const chosen =
      wanted === undefined ? choices[0] : choices.find(({ value }) => value === wanted);
    assert.ok(chosen, `${question}: ${wanted}`);
    return chosen.value;
  }

  #answer(question: string): string | undefined {
    this.asked.push(question);
    return Object.entries(this.#answers).find(([beginning]) => question.startsWith(beginning))?.[1];
  }
}

interface Given {
  readonly answers?: Readonly<Record<string, string>>;
  readonly found?: FoundServer;
  readonly installed?: readonly string[];
  readonly entries?: readonly string[];
}

function wizardWith({ answers = {}, found, installed = [], entries = [] }: Given) {
  const questions = new Scripted(answers);
  const told: string[] = [];
  const parts: WizardParts = {
    questions,
    tell: (line) => told.push(line),
    find: async () => found,
    complaint: () => undefined,
    isInstalled: (program) => installed.includes(program),
    isPassEntry: (entry) => entries.includes(entry),
    passwordFile: () => ({ settings: { password: { file: '~/pw' } } }),
  };
  return { wizard: new Wizard({}, parts), questions, told };
}

const foreign: FoundServer = {
  host: 'pop.hoster.example',
  port: 995,
  tls: 'on',
  user: 'joe@example.org',
  origin: 'the DNS',
  isForeign: true,
};

test('a server in another domain is taken from the DNS only when somebody agrees', async () => {
  const agreed = wizardWith({ found: foreign, answers: { 'Is it the right': 'agreed' } });
  assert.equal((await agreed.wizard.server('joe@example.org')).host, 'pop.hoster.example');
  assert.deepEqual(agreed.told, [
    'the DNS: pop.hoster.example, port 995, TLS',
    'pop.hoster.example is not in example.org, and answers of the DNS can be forged.',
  ]);
  const not = wizardWith({ found: foreign, answers: { 'POP3 server': 'pop.example.org' } });
  const server = await not.wizard.server('joe@example.org');
  assert.deepEqual(server, {
    host: 'pop.example.org',
    port: 995,
    tls: 'on',
    user: 'joe@example.org',
  });
});

test('no encryption is offered for this computer alone', async () => {
  for (const [host, offered] of [
    ['localhost', true],
    ['pop.example.org', false],
  ] as const) {
    const { wizard, questions } = wizardWith({ answers: { 'POP3 server': host } });
    await wizard.server(undefined);
    assert.equal(questions.asked.includes('  of on starttls off'), offered, host);
  }
});

const at = (address: string): Server => {
  const provider = providerOfAddress(address);
  assert.ok(provider?.maildrop.kind === 'pop3');
  return { host: provider.maildrop.host, port: 995, tls: 'on', user: address, provider };
};

test('where an app password is needed, that is said before it is asked for', async () => {
  const { wizard, told } = wizardWith({ answers: { 'Password (not shown)': 'x' } });
  await wizard.password('gmail', at('joe@gmail.com'));
  assert.deepEqual(told, ['Gmail takes an app password, not the account password.']);
});

test('where no password is taken, none is asked for', async () => {
  const { wizard, told, questions } = wizardWith({ answers: { 'Client id': '4711' } });
  const place = await wizard.password('work', at('joe@outlook.com'));
  assert.match(told[0] ?? '', /only OAuth 2/);
  assert.match(told[1] ?? '', /where a client id is to be had/);
  assert.deepEqual(place, { settings: { oauth: { clientId: '4711' } }, needsConsent: true });
  assert.deepEqual(questions.asked.at(-1), 'Client id');
  const answers = { 'Where access tokens': 'command', 'Command that': 'print-token' };
  const other = await wizardWith({ answers }).wizard.password('work', at('joe@outlook.com'));
  assert.deepEqual(other.settings, { password: { command: 'print-token' } });
});

test('only password programs that are installed are offered', async () => {
  for (const installed of [[], ['pass'], ['secret-tool'], ['pass', 'secret-tool']]) {
    const { wizard, questions } = wizardWith({
      installed,
      answers: { 'Where the password': 'prompt', Password: 'x' },
    });
    const place = await wizard.password('a', at('joe@gmx.net'));
    assert.equal(
      questions.asked[1],
      `  of ${[...installed, 'file', 'command', 'prompt'].join(' ')}`,
    );
    assert.deepEqual(place.settings, { password: { prompt: true } });
    assert.equal(place.store, undefined);
    assert.equal(place.typed?.reveal(), 'x');
  }
});

test('an entry of pass that is there is used, and never written over', async () => {
  const given = { installed: ['pass'], answers: { Password: 'x' } };
  const there = wizardWith({ ...given, entries: ['mail/joe@gmx.net'] });
  const used = await there.wizard.password('a', at('joe@gmx.net'));
  assert.deepEqual(used, {
    settings: { password: { command: ['pass', 'show', 'mail/joe@gmx.net'] } },
  });
  const made = await wizardWith(given).wizard.password('a', at('joe@gmx.net'));
  assert.deepEqual(made.store, {
    kind: 'program',
    argv: ['pass', 'insert', '--multiline', 'mail/joe@gmx.net'],
  });
  assert.equal(made.typed?.reveal(), 'x');
});

test('the keyring gives back what it was given, by the same attributes', () => {
  const { settings, store } = keyringEntry('gmx');
  const lookup = { command: ['secret-tool', 'lookup', 'service', 'popfetch', 'account', 'gmx'] };
  assert.deepEqual(settings.password, lookup);
  assert.ok(store.kind === 'program');
  assert.deepEqual(store.argv.slice(-4), lookup.command.slice(-4));
});

const rest = { password: {}, deliver: '~/Maildir/', keep: 'true', first: 'all' } as const;

test('what popfetch knows by itself is not written', () => {
  const known = settingsOf({ ...rest, email: 'joe@gmx.net', server: at('joe@gmx.net') });
  assert.deepEqual(known, { email: 'joe@gmx.net', deliver: '~/Maildir/', keep: true });
  const web = { ...at('joe@web.de'), user: 'joe' };
  const part = settingsOf({ ...rest, email: 'joe@web.de', server: web });
  assert.equal('user' in part, false);
});

test('what it could not know is written', () => {
  const server = { host: 'h.example', port: 1110, tls: 'starttls', user: 'joe' } as const;
  const all = settingsOf({ ...rest, email: undefined, server, keep: '30d', first: 'new' });
  assert.deepEqual(all, {
    host: 'h.example',
    port: 1110,
    tls: 'starttls',
    user: 'joe',
    deliver: '~/Maildir/',
    keep: '30d',
    first: 'new',
  });
});
