import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { findServer, type Lookups } from '../../src/init/find-server.ts';
import { bestOf, isHostName, isWithin, type SrvRecord } from '../../src/init/srv.ts';

const record = (name: string, port = 995, priority = 0, weight = 0): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});

/** A DNS and a web that are made of tables; what is looked up is noted, and what was announced of it. */
class Outside implements Lookups {
  readonly log: string[] = [];
  readonly #services: Readonly<Record<string, readonly SrvRecord[]>>;
  readonly #pages: Readonly<Record<string, string>>;

  constructor(
    services: Readonly<Record<string, readonly SrvRecord[]>> = {},
    pages: Readonly<Record<string, string>> = {},
  ) {
    this.#services = services;
    this.#pages = pages;
  }

  readonly announce = (what: string): void => void this.log.push(`announced ${what}`);

  readonly services = async (name: string): Promise<readonly SrvRecord[]> => {
    this.log.push(`asked ${name}`);
    return this.#services[name] ?? [];
  };

  readonly page = async (url: string): Promise<string | undefined> => {
    this.log.push(`asked ${url}`);
    return this.#pages[url];
  };
}

const autoconfig = (host: string) =>
  `<incomingServer type="pop3"><hostname>${host}</hostname><port>995</port><socketType>SSL</socketType></incomingServer>`;

test('for a known provider nobody is asked', async () => {
  const outside = new Outside();
  const found = await findServer('joe@web.de', outside);
  assert.deepEqual(outside.log, []);
  assert.equal(found?.host, 'pop3.web.de');
  assert.equal(found?.user, 'joe');
  assert.equal(found?.provider?.name, 'WEB.DE');
});

test('a provider without POP3 is a failure that says what there is', async () => {
  await assert.rejects(findServer('joe@icloud.com', new Outside()), (thrown) => {
    assert.ok(thrown instanceof Failure);
    assert.equal(thrown.code, 'config');
    assert.equal(thrown.message, 'iCloud Mail has no POP3');
    return true;
  });
});

test('each look-up is announced before it is made, the DNS first, then the domain itself', async () => {
  const outside = new Outside();
  assert.equal(await findServer('joe+a@example.org', outside), undefined);
  const dns = ['_pop3s._tcp.example.org', '_pop3._tcp.example.org'];
  const pages = [
    'https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=joe%2Ba%40example.org',
    'https://example.org/.well-known/autoconfig/mail/config-v1.1.xml',
  ];
  assert.deepEqual(outside.log, [
    ...dns.flatMap((name) => [`announced the DNS for ${name}`, `asked ${name}`]),
    ...pages.flatMap((url) => [`announced ${url}`, `asked ${url}`]),
  ]);
});

test('a server of the domain is taken from the DNS, with TLS from the beginning or STARTTLS', async () => {
  const tls = new Outside({ '_pop3s._tcp.example.org': [record('pop.example.org')] });
  const found = { host: 'pop.example.org', port: 995, user: 'joe@example.org', origin: 'the DNS' };
  assert.deepEqual(await findServer('joe@example.org', tls), { ...found, tls: 'on' });
  const starttls = new Outside({ '_pop3._tcp.example.org': [record('pop.example.org.', 110)] });
  assert.deepEqual(await findServer('joe@example.org', starttls), {
    ...found,
    port: 110,
    tls: 'starttls',
  });
});

test('names that nobody can have are asked for nowhere', async () => {
  const outside = new Outside();
  for (const domain of ['home.invalid', 'my.test', 'box.local', 'localhost'])
    assert.equal(await findServer(`joe@${domain}`, outside), undefined);
  assert.deepEqual(outside.log, []);
});

test('a server elsewhere is marked: the DNS can be forged', async () => {
  const outside = new Outside({ '_pop3s._tcp.example.org': [record('pop.hoster.example')] });
  assert.equal((await findServer('joe@example.org', outside))?.isForeign, true);
});

test("the domain's own file is taken where the DNS says nothing", async () => {
  const url = 'https://example.org/.well-known/autoconfig/mail/config-v1.1.xml';
  const outside = new Outside({}, { [url]: autoconfig('pop.hoster.example') });
  const found = await findServer('joe@example.org', outside);
  assert.equal(found?.host, 'pop.hoster.example');
  assert.equal(found?.origin, 'example.org');
  assert.equal(found?.isForeign, undefined);
});

test('a domain that is not written in ASCII is asked for as the DNS writes it', async () => {
  const outside = new Outside();
  await findServer('joe@bücher.de', outside);
  assert.equal(outside.log[1], 'asked _pop3s._tcp.xn--bcher-kva.de');
});

test('of several records the first by priority, then by weight, counts', () => {
  const records = [record('c.x', 995, 20), record('a.x', 995, 10, 1), record('b.x', 995, 10, 5)];
  assert.equal(bestOf(records)?.name, 'b.x');
});

test('a record that offers nothing, or no host, is none', () => {
  assert.equal(bestOf([record('.', 0), record('', 995), record('a b', 995)]), undefined);
  assert.equal(isHostName('pop\u001b.x'), false);
});

test('a host is within its domain only at a dot', () => {
  assert.ok(isWithin('pop.Example.org.', 'example.ORG'));
  assert.ok(isWithin('example.org', 'example.org'));
  assert.equal(isWithin('popexample.org', 'example.org'), false);
  assert.equal(isWithin('example.org.evil.example', 'example.org'), false);
});
