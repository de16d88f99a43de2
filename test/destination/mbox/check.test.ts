import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { message, plain, promised } from '../../contract/destination.ts';
import { mboxPlace } from './place.ts';

const texts = [
  'Subject: one\r\n\r\nFrom here\r\n',
  'Subject: two\r\nLines: 7\r\n\r\ntwo\r\n',
  'no header',
];
const marks = 'Status: RO\nX-Status: A\nX-Keywords: a\n b\nContent-Length: 11\nLines: 1\n';

const changes: readonly (readonly [string, (text: string) => string, readonly string[]])[] = [
  ['as they were', (text) => text, ['intact', 'intact', 'intact']],
  [
    'with the marks of a mail reader',
    (text) => text.replace('Subject: one\n', `Subject: one\n${marks}`),
    ['intact', 'intact', 'intact'],
  ],
  [
    'with marks in other fields than readers write',
    (text) => text.replace('Subject: one\n', 'Subject: one\nX-Other: 1\n'),
    ['missing', 'intact', 'intact'],
  ],
  [
    'with marks and another text',
    (text) => text.replace('Subject: one\n', `Subject: one\n${marks}`).replace('here', 'hero'),
    ['missing', 'intact', 'intact'],
  ],
  [
    'without the first',
    (text) => text.slice(text.indexOf('From ', 6 + text.indexOf('here'))),
    ['missing', 'intact', 'intact'],
  ],
];

for (const [what, change, states] of changes)
  test(`messages in an mbox are found ${what}`, async () => {
    await using place = await mboxPlace();
    const destination = place.open('our-store');
    await destination.prepare();
    const batch = await Promise.all(
      texts.map((text, at) => destination.accept(message(`uid${at}`, text), plain)),
    );
    await destination.secure(batch);
    const intents = promised(destination, batch);
    await destination.commit(batch);
    fs.writeFileSync(place.file, change(place.text()), 'latin1');
    const checked = await destination.check?.(intents);
    assert.deepEqual(
      checked?.map(({ state }) => state),
      states,
    );
  });
