import assert from 'node:assert/strict';
import { test } from 'node:test';
import { besideLog, prioritized } from '../../src/log/journal.ts';
import { Collected } from './support.ts';

test('each line gets the priority of what it tells', () => {
  const lines: readonly (readonly [priority: number, line: string])[] = [
    [3, 'gmail  FAIL  login refused by pop.gmail.com'],
    [3, '       it said: -ERR [AUTH] Username and password not accepted.'],
    [4, 'home   skip  being polled by pid 4242 since 09:10'],
    [4, 'home   warn  the server keeps messages for 7 days'],
    [4, '             only'],
    [3, 'popfetch: gmail: still failing since 22 Nov 09:00 (288 polls): login refused'],
    [5, 'popfetch: gmail: ok again after 1 d 2 h; 31 new messages'],
    [3, 'popfetch: no configuration yet; looked for ~/.popfetchrc (uid 1, HOME=/)'],
    [5, 'popfetch: configuration read again: 2 accounts'],
    [3, '{"v":1,"event":"error"}'],
  ];
  assert.equal(
    prioritized(lines.map(([, line]) => `${line}\n`).join('')),
    lines.map(([priority, line]) => `<${priority}>${line}\n`).join(''),
  );
});

test('what has a priority keeps it', () => {
  const line = '<7>level=debug msg="> CAPA"\n';
  assert.equal(prioritized(line), line);
});

test('beside a log in the journal what the log tells is not told twice', () => {
  const sink = new Collected();
  const beside = besideLog(sink);
  const kept = [
    'gmx    skip  message 3 (3 MB) stays on the server: larger than maxSize\n',
    'popfetch: gmail: ok again after 1 d 2 h; 31 new messages\n',
    'popfetch: configuration read again: 2 accounts\n',
    'finishing the current message; Ctrl-C again stops at once\n',
  ];
  const dropped = [
    'gmail  FAIL  login refused by pop.gmail.com\n       it said: -ERR\n',
    'home   warn  the server keeps messages for 7 days\n',
    'popfetch: warn  cannot write the metrics\n',
    'popfetch: gmail: login refused: -ERR\n',
  ];
  for (const text of [...dropped, ...kept]) beside.write(text);
  assert.equal(sink.text, kept.join(''));
});
