import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemText } from '../../src/config/problem-text.ts';
import { problemsIn } from './support.ts';

/** A secret in a place where nobody looks for one, with something wrong beside it so that the line is shown. */
const texts: readonly (readonly [name: string, text: string])[] = [
  ['a login in host', 'accounts: {a: {host: "joe:hunter22@pop.example.org", user: joe}}'],
  ['a login in email', 'accounts:\n  a:\n    email: joe:hunter22@example.org\n'],
  ['a URL in host', 'accounts:\n  a:\n    host: pop3s://joe:hunter22@pop.example.org:995/\n'],
  ['a login in deliver', 'accounts:\n  a:\n    deliver: joe:hunter22@pop.example.org\n'],
  ['the password as user too', 'accounts:\n  a: {host: [x], user: hunter22, password: hunter22}\n'],
  [
    'the password as host too',
    'accounts:\n  a:\n    host: "hunter22@x"\n    password: hunter22 # it\n',
  ],
  ['the password as tls too', "accounts:\n  a:\n    tls: hunter22\n    password: 'hunter22'\n"],
  ['the password as a key', 'accounts:\n  a:\n    hunter22: x\n    password: "hunter22"\n'],
  ['a password in the place of an account', 'accounts:\n  a: hunter22\n'],
  ['a password in the place of defaults', 'defaults: hunter22\naccounts: {a: {}}\n'],
  ['a secret of oauth', 'accounts:\n  a:\n    oauth: {clientSecret: hunter22, clientid: x}\n'],
];

for (const [name, text] of texts)
  test(`no excerpt and no message shows ${name}`, () => {
    const problems = problemsIn(text);
    assert.ok(problems.length > 0);
    const shown = problemText(problems, '/home/joe');
    assert.doesNotMatch(shown, /hunter/, shown);
    assert.match(shown, /\*\*\*/);
  });

test('an address and a mail server are no logins', () => {
  const text =
    'accounts:\n  a: {email: joe@example.org, deliver: "smtp:h.example?to=joe@x", prt: 1}\n';
  const [problem] = problemsIn(text);
  assert.equal(problem?.place?.shown.text.includes('***'), false);
});
