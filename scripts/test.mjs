// Runs the compiled tests: Node 20's --test takes no globs, so the files are collected here.
// Arguments name parts of paths: `npm test -- wire journal` runs only the files whose path contains one of them.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { globSync } from './glob.mjs';

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const files = globSync('build/test', '.test.js').filter(
  (file) => wanted.length === 0 || wanted.some((part) => file.includes(part)),
);
const run = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    // Node leaves one processor idle; most tests wait for a disk or a server.
    `--test-concurrency=${availableParallelism()}`,
    ...flags,
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exitCode = run.status ?? 1;
