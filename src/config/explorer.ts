import { dirname } from 'node:path';
import process from 'node:process';

/** The text of a file; throws what the file system throws. */
export type ReadFile = (path: string) => string;

/**
 * cosmiconfig as a reader of files, and nothing else: our own search order, no `$import`, no JavaScript. This module
 * is the only user of cosmiconfig, because constructing an explorer makes it look for its own settings in the working
 * directory (`package.json`, `.config/config.yaml`, ...), and run `.config/config.js` there, whatever it is told.
 */
export async function configReader(): Promise<ReadFile> {
  const { cosmiconfigSync } = await import('cosmiconfig');
  const explorer = awayFromWorkingDirectory(() =>
    cosmiconfigSync('popfetch', {
      searchPlaces: ['.popfetchrc'],
      searchStrategy: 'none',
      cache: false,
      // The whole of it, also of a file that is called package.json.
      packageProp: [],
      // Every ending that cosmiconfig has a loader for, so that none of its own is left.
      loaders: {
        noExt: textOf,
        default: textOf,
        '.yaml': textOf,
        '.yml': textOf,
        '.json': textOf,
        '.js': textOf,
        '.cjs': textOf,
        '.mjs': textOf,
        '.ts': textOf,
      },
    }),
  );
  return (path) => {
    const found: unknown = explorer.load(path)?.config;
    return typeof found === 'object' && found !== null && 'text' in found ? String(found.text) : '';
  };
}

/** An object, not the text: cosmiconfig treats text and objects differently. */
function textOf(_path: string, text: string): { readonly text: string } {
  return { text };
}

/**
 * Runs something with the folder of the Node program as working directory: whoever can plant files there can replace
 * Node itself. Leaves the process in `/` when its own working directory is gone or closed to it.
 */
function awayFromWorkingDirectory<T>(work: () => T): T {
  const before = workingDirectory();
  process.chdir(dirname(process.execPath));
  try {
    return work();
  } finally {
    comeBack(before);
  }
}

/** Undefined when it was removed. */
export function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function comeBack(before: string | undefined): void {
  try {
    process.chdir(before ?? '/');
  } catch {
    process.chdir('/');
  }
}
