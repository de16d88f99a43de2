import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { describedServer, mostOctets } from '../../src/init/autoconfig.ts';

const email = 'joe@example.org';

const server = (inner: string, type = 'pop3') =>
  `<incomingServer type="${type}">${inner}</incomingServer>`;

const inner = (changes: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    hostname: 'pop.example.org',
    port: '995',
    socketType: 'SSL',
    username: '%EMAILADDRESS%',
    ...changes,
  })
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join('\n');

const file = (servers: string) => `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="example.org"><domain>example.org</domain>
${servers}<outgoingServer type="smtp"><hostname>smtp.example.org</hostname></outgoingServer>
</emailProvider></clientConfig>`;

const expected = { host: 'pop.example.org', port: 995, tls: 'on', user: email } as const;

test('the first POP3 server with TLS is taken', () => {
  const imap = server(inner({ hostname: 'imap.example.org' }), 'imap');
  const plain = server(inner({ socketType: 'plain', port: '110' }));
  assert.deepEqual(describedServer(file(imap + plain + server(inner())), email), expected);
});

const variants: readonly (readonly [string, Readonly<Record<string, string>>, object])[] = [
  ['STARTTLS', { socketType: 'STARTTLS', port: '110' }, { tls: 'starttls', port: 110 }],
  ['the part before the @', { username: '%EMAILLOCALPART%' }, { user: 'joe' }],
  ['a host by the domain', { hostname: 'mail.%EMAILDOMAIN%' }, { host: 'mail.example.org' }],
  ['an entity', { username: 'joe&amp;ann' }, { user: 'joe&ann' }],
  ['a comment', { port: '<!-- 110 -->995' }, {}],
];
for (const [name, changes, difference] of variants)
  test(`the description is understood with ${name}`, () => {
    const found = describedServer(file(server(inner(changes))), email);
    assert.deepEqual(found, { ...expected, ...difference });
  });

const hostile: readonly (readonly [string, string])[] = [
  ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${file(server(inner()))}`],
  ['CDATA', file(server(inner({ hostname: '<![CDATA[pop.example.org]]>' })))],
  ['an entity of its own', file(server(inner({ hostname: '&pop;.example.org' })))],
  ['another entity', file(server(inner({ hostname: 'pop&#46;example.org' })))],
  ['no TLS', file(server(inner({ socketType: 'plain' })))],
  ['a port that is none', file(server(inner({ port: '0' })))],
  ['a host with a line end', file(server(inner({ hostname: 'pop\nQUIT' })))],
  ['a login with an escape', file(server(inner({ username: 'joe\u001b[2J' })))],
  ['a login that is not filled in', file(server(inner({ username: '%REALNAME%' })))],
  ['a server that never ends', '<incomingServer type="pop3">'.repeat(2000)],
  ['an element that never ends', file('<incomingServer type="pop3"')],
  ['everything in a comment', file(`<!--${server(inner())}`)],
  ['too many octets', file(server(inner())) + ' '.repeat(mostOctets)],
  ['a page about something else', '<html><body>Not found</body></html>'],
  ['nothing', ''],
];
for (const [name, text] of hostile)
  test(`a file with ${name} describes no server`, () => {
    assert.equal(describedServer(text, email), undefined);
  });

test('whatever a file holds, it is read at once or refused', () => {
  const pieces = ['<', '>', '<!--', '-->', '<incomingServer', ' type="pop3">', '</incomingServer>'];
  const more = ['<hostname>', '</hostname>', 'a.b', '<port>', '995', '&amp;', '%EMAILDOMAIN%'];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces, ...more), fc.string()), { maxLength: 60 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (xml) => {
      const found = describedServer(xml, email);
      if (found !== undefined) assert.match(found.host, /^[\w.-]+$/);
    }),
  );
});
