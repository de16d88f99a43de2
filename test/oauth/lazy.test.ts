import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { importsOf, sourceFiles } from '../support/source-code.ts';

const files = new Map(sourceFiles('src').map((file) => [file.path, file]));

test('no command loads the OAuth library before a token has to be got or renewed', () => {
  const commands = [...files.keys()].filter((path) => /^src\/cli\/(?:main|commands\/)/.test(path));
  const loaded = loadedWith(commands);
  assert.ok(loaded.has('src/oauth/tokens.ts') && loaded.has('src/oauth/browser.ts'));
  const users = [...files.values()].filter((file) =>
    importsOf(file).some(({ specifier }) => specifier === 'oauth4webapi'),
  );
  assert.ok(users.length > 0);
  assert.deepEqual(
    users.map(({ path }) => path).filter((path) => loaded.has(path)),
    [],
  );
});

/** These files and all that is loaded with them at once: what they import, but for types and `import()`. */
function loadedWith(start: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const rest = [...start];
  for (let path = rest.pop(); path !== undefined; path = rest.pop()) {
    const file = files.get(path);
    if (file === undefined || loaded.has(path)) continue;
    loaded.add(path);
    for (const { specifier, typeOnly, lazy } of importsOf(file))
      if (specifier?.startsWith('.') && !typeOnly && !lazy)
        rest.push(posix.join(posix.dirname(path), specifier));
  }
  return loaded;
}
