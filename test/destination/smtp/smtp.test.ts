import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Destination } from '../../../src/destination/destination.ts';
import type { Failure } from '../../../src/errors.ts';
import { destinationContract, message, plain, promised } from '../../contract/destination.ts';
import { asSent } from '../../support/smtp-text.ts';
import { smtpPlace } from './place.ts';

for (const protocol of ['lmtp', 'smtp'] as const) {
  const kind = `an ${protocol.toUpperCase()} server`;
  destinationContract(kind, () => smtpPlace({ protocol }), asSent, '');
}

describe('a mail server', () => {
  for (const protocol of ['lmtp', 'smtp'] as const) {
    it(`gets sender and recipients with the message (${protocol})`, async () => {
      await using place = await smtpPlace({ protocol });
      const to = ['joe@example.org', 'ann@example.org'];
      const destination = await ready(place.destination({ to }));
      const texts = [
        'Return-Path: <bounce@list.example>\r\nFrom: a@b.example\r\n\r\n.dot\r\n..\r\n.\r\n',
        'Return-Path: <>\r\n\r\n',
        'From: <$(x) y@z>\r\n\r\n',
      ];
      assert.deepEqual(await handOver(destination, texts), [undefined, undefined, undefined]);
      const { received } = place.server;
      assert.deepEqual(
        received.map(({ sender }) => sender),
        ['bounce@list.example', '', ''],
      );
      assert.deepEqual(
        received.map(({ recipients }) => recipients),
        [to, to, to],
      );
      assert.deepEqual(
        received.map(({ text }) => text),
        texts.map((text) => text.replaceAll('\r', '')),
      );
      assert.equal(place.server.connections(), 1);
    });

    it(`that says 4xx has the message later, with 5xx never (${protocol})`, async () => {
      const says = new Map([
        ['x@1', '550 no such user'],
        ['x@2', '451 come back'],
        ['x@3', '552 too large'],
      ]);
      for (const [what, kind] of [
        ['sender', 'From: '],
        ['content', 'From: '],
      ] as const) {
        let current = '';
        await using place = await smtpPlace({
          protocol,
          refuse: (when, value) => {
            if (when === 'sender') current = value;
            return when === what ? says.get(current) : undefined;
          },
        });
        const destination = await ready(place.destination());
        const texts = ['x@1', 'x@2', 'x@3', 'x@4'].map((from) => `${kind}${from}\r\n\r\n`);
        const failures = await handOver(destination, texts);
        assert.deepEqual(
          failures.map((failure) => [failure?.code, failure?.facts.reason]),
          [
            ['deliver_perm', 'answered 550 (refused)'],
            ['deliver_temp', 'answered 451 (temporary)'],
            ['deliver_perm', 'answered 552 (refused)'],
            [undefined, undefined],
          ],
          what,
        );
        assert.equal(failures[0]?.facts.serverSaid, '550 no such user');
        assert.equal(place.server.received.length, 1);
      }
    });

    it(`must take the message for all recipients (${protocol})`, async () => {
      await using place = await smtpPlace({
        protocol,
        refuse: (what, value) =>
          what === 'recipient' && value.startsWith('no') ? `${value.slice(2, 5)} no` : undefined,
      });
      const codes: [string[], string | undefined][] = [
        [['a@x', 'no550@x'], 'deliver_perm'],
        [['no550@x', 'no450@x'], 'deliver_temp'],
        [['a@x', 'b@x'], undefined],
      ];
      for (const [to, code] of codes) {
        const destination = await ready(place.destination({ to }));
        const [failure] = await handOver(destination, ['x']);
        assert.equal(failure?.code, code, to.join(' '));
      }
    });
  }

  it('may refuse for one recipient behind the content (lmtp)', async () => {
    await using place = await smtpPlace({
      protocol: 'lmtp',
      refuse: (what, value) => (what === 'content' && value === 'full@x' ? '452 full' : undefined),
    });
    const destination = await ready(place.destination({ to: ['a@x', 'full@x'] }));
    const [failure] = await handOver(destination, ['x']);
    assert.equal(failure?.code, 'deliver_temp');
  });

  it('may listen at a socket in the file system', async () => {
    await using place = await smtpPlace({ protocol: 'lmtp', unix: true });
    const destination = await ready(place.destination());
    assert.deepEqual(await handOver(destination, ['x']), [undefined]);
  });

  it('gets the mail encrypted where it offers that', async () => {
    await using place = await smtpPlace({ protocol: 'smtp', starttls: true });
    const destination = await ready(place.destination());
    assert.deepEqual(await handOver(destination, ['x']), [undefined]);
    assert.equal(place.server.received[0]?.secure, true);
  });

  it('that cannot be reached ends the poll, and costs no message', async () => {
    await using place = await smtpPlace({ protocol: 'smtp' });
    await place.server[Symbol.asyncDispose]();
    for (const address of [place.server.address, { path: '/nowhere/lmtp' }]) {
      const destination = await ready(place.destination({ address }));
      const failures = await handOver(destination, ['x', 'y']);
      for (const failure of failures) {
        assert.equal(failure?.code, 'connect');
        assert.equal(failure.nature.scope, 'poll');
        assert.ok(failure.nature.temporary);
        assert.equal(failure.facts.host, 'path' in address ? address.path : address.host);
      }
    }
  });

  it('that drops the line in mid-message gets it again', async () => {
    await using place = await smtpPlace({ protocol: 'smtp' });
    place.server.dropsBeforeReply = true;
    const crashed = await ready(place.destination());
    const batch = [await crashed.accept(message('a', 'one'), plain)];
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    const [failed] = await crashed.commit(batch);
    assert.equal(failed?.failure.code, 'connect');
    const next = await ready(place.destination());
    assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'a', state: 'absent' }]);
  });

  it('is not waited for when waiting must end', async () => {
    await using place = await smtpPlace({ protocol: 'smtp' });
    const stop = new AbortController();
    stop.abort();
    const destination = await ready(place.destination({}, stop.signal));
    const [failure] = await handOver(destination, ['x']);
    assert.equal(failure?.code, 'interrupted');
    assert.equal(place.hidden(), 1);
  });
});

async function ready(destination: Destination): Promise<Destination> {
  await destination.prepare();
  return destination;
}

async function handOver(
  destination: Destination,
  texts: readonly string[],
): Promise<(Failure | undefined)[]> {
  const batch = await Promise.all(
    texts.map((text, at) => destination.accept(message(`uid${at}`, text), plain)),
  );
  assert.deepEqual(await destination.secure(batch), []);
  const failed = await destination.commit(batch);
  return batch.map((one) => failed.find(({ delivery }) => delivery === one)?.failure);
}
