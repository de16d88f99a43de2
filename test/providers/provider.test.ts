import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pop3Rows } from '../../src/providers/pop3.ts';
import { loginOf, providerOfAddress, providerOfHost } from '../../src/providers/provider.ts';
import { noPop3Rows } from '../../src/providers/without-pop3.ts';
import { repository } from '../support/source-code.ts';

const rows = [...pop3Rows, ...noPop3Rows];
const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

test('every domain and host is a name in lower case, and no domain stands twice', () => {
  const domains = rows.flatMap((row) => words(row.domains));
  const hosts = pop3Rows.flatMap(({ host, servers = '' }) => [host, ...words(servers)]);
  const name = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
  assert.deepEqual(
    [...domains, ...hosts].filter((one) => !name.test(one)),
    [],
  );
  assert.deepEqual(
    domains.filter((one, at) => domains.indexOf(one) !== at),
    [],
  );
});

test('each provider is found by its addresses and by its server', () => {
  for (const { name, domains, host } of pop3Rows) {
    for (const domain of words(domains)) {
      const maildrop = providerOfAddress(`joe@${domain}`)?.maildrop;
      assert.equal(maildrop?.kind === 'pop3' && maildrop.host, host, domain);
    }
    assert.equal(providerOfHost(host)?.name, name);
  }
  for (const { name, domains } of noPop3Rows)
    assert.equal(providerOfAddress(`joe@${words(domains)[0]}`)?.name, name);
});

test('a name that merely ends in the same letters belongs to nobody', () => {
  assert.equal(providerOfAddress('joe@notgmx.net'), undefined);
  assert.equal(providerOfAddress('joe@mail.gmx.net'), undefined);
  assert.equal(providerOfHost('pop.notgmx.net'), undefined);
  assert.equal(providerOfHost('net'), undefined);
});

test('a server is known by the domain it is in', () => {
  assert.equal(providerOfHost('POP.GMX.NET.')?.name, 'GMX');
  assert.equal(providerOfHost('pro1.mail.ovh.net')?.name, 'OVH');
  assert.equal(providerOfHost('outlook.office365.com')?.name, 'Outlook.com and Microsoft 365');
});

test('the login name is the address, or the part before its last @', () => {
  const gmx = providerOfAddress('joe@gmx.net');
  const web = providerOfAddress('joe@web.de');
  assert.ok(gmx && web);
  assert.equal(loginOf('joe@gmx.net', gmx), 'joe@gmx.net');
  assert.equal(loginOf('"a@b"@web.de', web), '"a@b"');
});

test('popfetch.yaml(5) names every provider', () => {
  const page = readFileSync(join(repository, 'man/popfetch.yaml.5'), 'utf8').replaceAll('\\-', '-');
  assert.deepEqual(
    rows.map(({ name }) => name).filter((name) => !page.includes(name)),
    [],
  );
});
