import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Destination } from '../../../src/destination/destination.ts';
import { several } from '../../../src/destination/several/several.ts';
import { message, plain, promised } from '../../contract/destination.ts';
import { smtpPlace } from './place.ts';

const to = ['ann@x', 'ben@x', 'cat@x'];

describe('a message for several recipients', () => {
  for (const protocol of ['lmtp', 'smtp'] as const)
    for (const when of protocol === 'lmtp' ? (['recipient', 'content'] as const) : ['recipient'])
      it(`goes to those alone who did not take it (${protocol}, refused with the ${when})`, async () => {
        const refusing = new Set(['ben@x', 'cat@x']);
        await using place = await smtpPlace({
          protocol,
          refuse: (what, who) => (what === when && refusing.has(who) ? '450 later' : undefined),
        });
        const first = await tried(place.destination({ to }), []);
        assert.equal(first?.failure.code, 'deliver_temp');
        assert.equal(first.parts?.length, 1);
        refusing.delete('ben@x');
        const second = await tried(place.destination({ to }), first.parts);
        assert.equal(second?.parts?.length, 2);
        refusing.clear();
        assert.equal(await tried(place.destination({ to }), second.parts), undefined);
        const got = place.server.received.flatMap(({ taken }) => taken);
        assert.deepEqual(got, to);
        assert.equal(await tried(place.destination({ to }), second.parts), undefined);
      });

  it('is recovered for those alone who did not take it', async () => {
    const refusing = new Set(['cat@x']);
    await using place = await smtpPlace({
      protocol: 'lmtp',
      refuse: (what, who) => (what === 'content' && refusing.has(who) ? '450 later' : undefined),
    });
    const crashed = place.destination({ to });
    const parts = (await tried(crashed, []))?.parts ?? [];
    // This attempt is promised and not begun, the next one is over.
    const batch = [await crashed.accept(message('a', 'x'), { ...plain, already: parts })];
    await crashed.secure(batch);
    const intents = promised(crashed, batch);
    const next = place.destination({ to });
    assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'a', state: 'partial', parts }]);
    assert.deepEqual(await next.recover(intents, 'b'), [{ uid: 'a', state: 'partial', parts }]);
    assert.deepEqual(
      place.server.received.flatMap(({ taken }) => taken),
      ['ann@x', 'ben@x'],
    );
  });

  it('keeps who took it where the mail server is one of several destinations', async () => {
    const refusing = new Set(['cat@x']);
    await using place = await smtpPlace({
      protocol: 'lmtp',
      refuse: (what, who) => (what === 'content' && refusing.has(who) ? '450 later' : undefined),
    });
    await using other = await smtpPlace({ protocol: 'smtp' });
    const both = () =>
      several('both', [
        { identity: 'one', destination: place.destination({ to }) },
        { identity: 'other', destination: other.destination() },
      ]);
    const failed = await tried(both(), []);
    refusing.clear();
    assert.equal(await tried(both(), failed?.parts ?? []), undefined);
    assert.deepEqual(
      place.server.received.flatMap(({ taken }) => taken),
      to,
    );
    assert.equal(other.server.received.length, 1);
  });

  it('that is too large for the server is refused, and the others go on', async () => {
    await using place = await smtpPlace({ protocol: 'smtp', size: 1000 });
    const destination = place.destination();
    await destination.prepare();
    const batch = [
      await destination.accept(message('large', 'x'.repeat(2000)), plain),
      await destination.accept(message('small', 'x'), plain),
    ];
    await destination.secure(batch);
    const failed = await destination.commit(batch);
    assert.deepEqual(
      failed.map(({ delivery, failure }) => [delivery.uid, failure.code]),
      [['large', 'deliver_perm']],
    );
    assert.match(failed[0]?.failure.facts.serverSaid ?? '', /size/);
  });
});

async function tried(destination: Destination, already: readonly string[]) {
  await destination.prepare();
  const batch = [await destination.accept(message('a', 'x'), { ...plain, already })];
  assert.deepEqual(await destination.secure(batch), []);
  return (await destination.commit(batch))[0];
}
