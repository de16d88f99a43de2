// Builds dist/popfetch.cjs: one CommonJS file, because separate ES modules cost a cron run five times the instructions.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { loadBuiltinsLate } from './builtins.mjs';
import { bundledPackages, noticesOf } from './notices.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/popfetch.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // Not minified: esbuild 0.28 drops the await of a `return await` under `await using`, and stacks stay readable.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // yargs asks where it lies; the bundle is CommonJS, where only __filename knows.
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { POPFETCH_VERSION: JSON.stringify(version), 'import.meta.url': 'bundleUrl' },
  alias: {
    // yargs pulls three copies that each construct an Intl.Segmenter when loaded (+40 ms); help text is ASCII.
    'string-width': './scripts/shims/string-width.mjs',
    // Only proper-lockfile uses it, with an fs of our own; it patches the global fs when loaded.
    'graceful-fs': 'node:fs',
    // yargs searches a package.json from the working directory upwards, and asserts that there is one (25 M instructions).
    'escalade/sync': './scripts/shims/escalade.mjs',
  },
  external: ['fs-native-extensions', 'typescript'],
});

const bundle = 'dist/popfetch.cjs';
writeFileSync(bundle, escaped(loadBuiltinsLate(readFileSync(bundle, 'utf8'))), 'latin1');
writeFileSync('dist/THIRD-PARTY-NOTICES', noticesOf(bundledPackages(metafile)));
writeCodeCache();
writeFileSync('dist/popfetch.schema.json', printedBy(['config', 'schema']));

/** The built program's own words. */
function printedBy(argv) {
  const { status, stdout } = spawnSync(process.execPath, ['bin/popfetch.cjs', ...argv]);
  if (status !== 0) throw new Error(`popfetch ${argv.join(' ')} exited ${status}`);
  return stdout;
}

/** esbuild leaves it in regular expressions and comments; one such character doubles what V8 has to read. */
function escaped(text) {
  const inAscii = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return text.replace(/[^\0-\x7f]/g, inAscii);
}

/**
 * V8's compiled code, from a run that polls for real, lies beside the bundle and halves the start-up of a cron run. It
 * serves this version of V8; any other compiles for itself, as it does where the demo cannot run.
 */
function writeCodeCache() {
  const scratch = mkdtempSync(join(tmpdir(), 'popfetch-build-'));
  const env = { ...process.env, TMPDIR: scratch, POPFETCH_WRITE_CODE_CACHE: '1' };
  const { status } = spawnSync(process.execPath, ['bin/popfetch.cjs', 'demo'], { env });
  if (status !== 0) process.stderr.write('no code cache: the demo did not run here\n');
  rmSync(scratch, { recursive: true, force: true });
}
