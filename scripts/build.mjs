// Builds dist/popfetch.cjs: one CommonJS file, because separate ES modules cost a cron run five times the instructions.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/popfetch.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  // Not minified: esbuild 0.28 drops the await of a `return await` under `await using`, and stacks stay readable.
  legalComments: 'none',
  logLevel: 'warning',
  // yargs asks where it lies; the bundle is CommonJS, where only __filename knows.
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { POPFETCH_VERSION: JSON.stringify(version), 'import.meta.url': 'bundleUrl' },
  alias: {
    // yargs pulls three copies that each construct an Intl.Segmenter when loaded (+40 ms); help text is ASCII.
    'string-width': './scripts/shims/string-width.mjs',
    // Only proper-lockfile uses it, with an fs of our own; it patches the global fs when loaded.
    'graceful-fs': 'node:fs',
  },
  external: ['fs-native-extensions', 'typescript'],
});
