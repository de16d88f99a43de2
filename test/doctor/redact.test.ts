import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactor } from '../../src/doctor/redact.ts';

const redacted = redactor({
  accounts: ['plain', 'work'],
  hosts: ['pop.corp.example', '127.0.0.1', ''],
  users: ['ann', 'Ann.Lee@corp.example', ''],
  home: '/home/ann',
});

test('the same name has the same placeholder throughout', () => {
  assert.equal(redacted('cannot find pop.corp.example'), 'cannot find host-1');
  assert.equal(redacted('POP.CORP.EXAMPLE and mx.other.test'), 'host-1 and host-2');
  assert.equal(redacted('login of ann.lee@corp.example by ann'), 'login of address-1 by user-1');
  assert.equal(redacted('host-1: 192.0.2.7, 2001:db8::7'), 'host-1: host-3, host-4');
});

test('people and computers go that nobody named before', () => {
  const text = redacted('-ERR bob@elsewhere.test on [203.0.113.9] at *.hoster.test');
  assert.doesNotMatch(text, /bob|elsewhere|203|hoster/);
});

test('the home folder is ~, and its owner is nowhere else either', () => {
  assert.equal(redacted('/home/ann/Maildir/'), '~/Maildir/');
  assert.equal(redacted('/var/mail/ann'), '/var/mail/user-1');
  assert.equal(redacted('/home/annex/x'), '/home/annex/x');
});

test('what tells nothing of anybody stays as it is', () => {
  for (const text of [
    'Node.js 20.19.2, linux x64',
    '~/.config/popfetch/config.yaml:4:14: unknown key "pasword"',
    '127.0.0.1 port 995, localhost, ::1',
    'before the login: SASL PLAIN, UIDL, LOGIN-DELAY 600',
    'TLSv1.3, 36 days left, since 09:10',
  ])
    assert.equal(redacted(text), text);
});

test('an account goes by its name alone, not by a word that is alike', () => {
  assert.equal(redacted('popfetch quarantine list plain'), 'popfetch quarantine list account-1');
  assert.equal(redacted('SASL PLAIN, network'), 'SASL PLAIN, network');
});
