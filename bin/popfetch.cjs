#!/usr/bin/env node
'use strict';
// Sets the thread-pool size, which counts only before the first use of the pool, leaves a working directory that was
// removed, and loads the bundle through V8's code cache, which takes half of a cron run's start-up away. Nothing else
// belongs here.
process.env.UV_THREADPOOL_SIZE ??= '16';
// Where the working directory was removed, libraries fail while they are loaded.
try {
  process.cwd();
} catch {
  process.chdir('/');
}

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const bundle = path.join(__dirname, '../dist/popfetch.cjs');
const cacheFile = path.join(__dirname, '../dist', `popfetch.${process.versions.v8}.cache`);

function read(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

const source = read(bundle);
if (source === undefined) {
  process.stderr.write('popfetch: dist/popfetch.cjs is missing; build it with: npm run build\n');
  process.exit(70);
}
const cachedData = read(cacheFile);
// A cache made by another Node or for another bundle is rejected by V8 itself and costs only its reading.
const script = new vm.Script(
  // ASCII alone (the build sees to it): as latin1 V8 takes the octets as they are.
  `(function (exports, require, module, __filename, __dirname) {${source.toString('latin1')}\n})`,
  {
    filename: bundle,
    cachedData,
    importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  },
);
const bundleModule = { exports: {} };
const bundleRequire = require('node:module').createRequire(bundle);
script.runInThisContext()(
  bundleModule.exports,
  bundleRequire,
  bundleModule,
  bundle,
  path.dirname(bundle),
);
if (process.env.POPFETCH_WRITE_CODE_CACHE === '1')
  process.on('exit', () => fs.writeFileSync(cacheFile, script.createCachedData()));
