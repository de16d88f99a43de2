import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { asSent } from '../support/smtp-text.ts';
import { awkwardMessages } from './messages.ts';
import { filesOf } from './stored.ts';
import { missing } from './user-of-own.ts';

/** All messages with POPFETCH_LONG=1, our own and some of the corpus otherwise. */
function messages() {
  const { messages: all } = awkwardMessages();
  const isLong = process.env.POPFETCH_LONG === '1';
  return all.filter((_, at) => isLong || at < 24 || at % 15 === 0);
}

/** One way that the messages go; gives the texts that came out, latin1. */
type Way = (deliver: unknown, home: PopfetchHome) => Promise<void>;

const fetchAll: Way = async (deliver, home) => {
  await using server = await startMaildropServer({
    messages: messages().map(({ bytes }, at) => ({ uid: `u${at}`, content: bytes })),
  });
  const { host, port, user, password } = server;
  const account = { host, port, tls: 'off', user, password, deliver, trace: false };
  home.configure({ accounts: { a: account } });
  const { status, stderr, stdout } = await home.run(['--once'], { timeout: 300_000 });
  assert.equal(status, 0, stderr);
  assert.match(stdout, new RegExp(`^a: ${messages().length} new`));
};

function assertSame(found: readonly string[], become: (text: string) => string): void {
  const wanted = new Map<string, number>();
  for (const { bytes } of messages()) {
    const text = become(bytes.toString('latin1').replaceAll('\r\n', '\n'));
    wanted.set(text, (wanted.get(text) ?? 0) + 1);
  }
  const odd = found.filter((text) => {
    const left = wanted.get(text) ?? 0;
    wanted.set(text, left - 1);
    return left <= 0;
  });
  const lost = [...wanted].filter(([, count]) => count > 0).map(([text]) => text);
  const short = (text: string) => `${text.length}: ${JSON.stringify(text.slice(0, 100))}`;
  assert.deepEqual({ odd: odd.map(short), lost: lost.map(short) }, { odd: [], lost: [] });
}

function newMaildir(home: PopfetchHome): string {
  const maildir = home.path('home', 'Maildir');
  for (const folder of ['cur', 'new', 'tmp'])
    mkdirSync(join(maildir, folder), { recursive: true, mode: 0o700 });
  return maildir;
}

const textsIn = (maildir: string) => filesOf(maildir).map((file) => readFileSync(file, 'latin1'));

test('what goes through procmail is the same octet for octet', async (t: TestContext) => {
  const why = missing('procmail', 'procmail');
  if (why !== undefined) return t.skip(why);
  await using home = await PopfetchHome.create();
  const maildir = newMaildir(home);
  const rc = home.path('home', 'rc');
  writeFileSync(rc, `ORGMAIL=${home.path('home', 'org')}\nDEFAULT=${maildir}/\n`);
  await fetchAll({ pipe: ['procmail', rc] }, home);
  assertSame(textsIn(maildir).map(withoutCount), (text) => withoutCount(asProcmailStores(text)));
});

test('what goes through maildrop is the same octet for octet', async (t: TestContext) => {
  const why = missing('maildrop', 'maildrop');
  if (why !== undefined) return t.skip(why);
  await using home = await PopfetchHome.create();
  const maildir = newMaildir(home);
  const filter = home.path('home', 'filter');
  writeFileSync(filter, `to "${maildir}"\n`, { mode: 0o600 });
  await fetchAll({ pipe: ['maildrop', filter], concurrency: 2 }, home);
  assertSame(textsIn(maildir), asMaildropStores);
});

test("what goes through Dovecot's LMTP is the same but for what SMTP cannot say", async (t: TestContext) => {
  const why = dovecotMissing('lmtp');
  if (why !== undefined) return t.skip(why);
  await using home = await PopfetchHome.create();
  await using dovecot = await startDovecot({ users: { ann: 'pw' }, lmtp: true });
  await fetchAll({ lmtp: `unix:${dovecot.lmtpSocket}`, to: ['ann'] }, home);
  const found = textsIn(dovecot.maildirOf('ann')).map((text) => {
    const added = /^Return-Path: .*\nDelivered-To: ann\nReceived: from .*\n(?:\t.*\n)*/.exec(text);
    assert.ok(added, text.slice(0, 300));
    return text.slice(added[0].length);
  });
  assertSame(found, asSent);
});

const endingLine = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);

/** It passes over the first line of an mbox, and puts its own count into Content-Length. */
function asProcmailStores(text: string): string {
  return endingLine(text.replace(/^From .*\n(?:>From .*\n)*/, ''));
}

function asMaildropStores(text: string): string {
  return endingLine(text);
}

const withoutCount = (text: string) => text.replace(/^Content-Length:.*$/gim, 'Content-Length:');
