import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { problemText, shortPath } from '../../src/config/problem-text.ts';
import { home } from './support.ts';

const folder = 'test/config/golden';

for (const name of readdirSync(folder).filter((name) => !name.endsWith('.txt')))
  test(`the problems of golden/${name} are shown as golden/${name.replace(/\..*/, '.txt')} says`, () => {
    const path = `${home}/.config/popfetch/config.${name.replace(/.*\./, '')}`;
    const parsed = parseConfig(readFileSync(`${folder}/${name}`, 'utf8'), path, { home });
    assert.ok(parsed.kind === 'problems');
    const expected = readFileSync(`${folder}/${name.replace(/\..*/, '.txt')}`, 'utf8');
    assert.equal(problemText(parsed.problems, home), expected);
  });

test('a problem of the file as a whole is shown without a line, its hint below', () => {
  const path = `${home}/.popfetchrc`;
  const problem = { path, place: undefined, message: 'cannot be read', hint: 'chmod u+r it' };
  assert.equal(
    problemText([problem], home),
    [
      '~/.popfetchrc: cannot be read',
      '      chmod u+r it',
      '1 problem, nothing was fetched. All keys: popfetch help config',
      '',
    ].join('\n'),
  );
});

test('only what is below the home folder is written with a tilde', () => {
  assert.equal(shortPath('/home/joe/x', '/home/joe'), '~/x');
  assert.equal(shortPath('/home/joe/x', '/home/joe/'), '~/x');
  assert.equal(shortPath('/home/joeb/x', '/home/joe'), '/home/joeb/x');
  assert.equal(shortPath('/etc/x', ''), '/etc/x');
});
