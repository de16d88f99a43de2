import assert from 'node:assert/strict';
import { test } from 'node:test';
import { senderOf } from '../../src/mail/sender.ts';

const cases: readonly (readonly [header: string, sender: string])[] = [
  ['Return-Path: <bounce@x>\nFrom: ann@x', 'bounce@x'],
  ['From: ann@x\nSender: list@x', 'list@x'],
  ['Return-Path: <>\nFrom: mailer@x', ''],
  ['From: ann@x', 'ann@x'],
  ['From: Ann <ann@x>', 'ann@x'],
  ['From: "Ann, <the> \\"first\\"" <ann@x>', 'ann@x'],
  ['From: ann@x (Ann <a@b>)', 'ann@x'],
  ['From: "ann b"@x', '"ann'],
  ['From: <"ann b"@x>', '"ann b"@x'],
  ['From: ann@x, ben@x', 'ann@x'],
  ['From: Ann\n <ann@x>', 'ann@x'],
  ['Return-Path: <@relay.x,@y:ann@x>', 'ann@x'],
  ['From: ', ''],
  ['Subject: none', ''],
  ['', ''],
];

for (const [header, sender] of cases)
  test(`the sender of ${JSON.stringify(header)} is ${JSON.stringify(sender)}`, () => {
    assert.equal(senderOf(Buffer.from(`${header}\n\nbody\n`, 'latin1')), sender);
  });
