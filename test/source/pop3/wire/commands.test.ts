import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../src/errors.ts';
import { auth, pass, response, top, user } from '../../../../src/source/pop3/wire/commands.ts';

for (const bad of ['a\rb', 'a\nDELE 1', 'a\r\nQUIT', 'a\0b']) {
  test(`an argument that would be more than one is refused: ${JSON.stringify(bad)}`, () => {
    for (const make of [user, pass, response, (text: string) => auth('PLAIN', text)]) {
      assert.throws(
        () => make(bad),
        (error) => {
          assert.ok(error instanceof Failure && error.code === 'config');
          assert.ok(
            !JSON.stringify([error.message, error.facts]).includes('DELE'),
            'it is not quoted',
          );
          return true;
        },
      );
    }
  });
}

test('blanks and 8-bit characters of a login stay as they are', () => {
  assert.equal(user(' jö e ').line, 'USER  jö e \r\n');
  assert.equal(pass(' two  words ').line, 'PASS  two  words \r\n');
});

test('what a transcript shows has no secret in it', () => {
  for (const command of [pass('tanstaaf'), auth('PLAIN', 'tanstaaf'), response('tanstaaf')]) {
    assert.ok(command.line.includes('tanstaaf') && !command.shown.includes('tanstaaf'));
  }
  assert.equal(auth('PLAIN', undefined).shown, 'AUTH PLAIN');
  assert.equal(top(3, 10).shown, 'TOP 3 10');
});
