'use strict';
// Loaded into the real program with `node --require`: kills it with SIGKILL at the n-th durable effect.
// An effect is a call that changes the disk, or a segment with DELE or QUIT on the wire. POPFETCH_KILL_AT=2n-1 kills
// before the n-th, 2n after it. With POPFETCH_COUNT_EFFECTS=FILE the names of all effects are written there instead.
const fs = require('node:fs');
const net = require('node:net');

const killAt = Number(process.env.POPFETCH_KILL_AT ?? 0);
const countFile = process.env.POPFETCH_COUNT_EFFECTS;
const names = [];
const writeFileSync = fs.writeFileSync;
let points = 0;

function point(name) {
  points++;
  if (points % 2 === 1) names.push(name);
  if (points === killAt) process.kill(process.pid, 'SIGKILL');
}

const isOutput = (descriptor) => descriptor === 1 || descriptor === 2;

for (const name of [
  'writeSync',
  'fsyncSync',
  'fdatasyncSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'ftruncateSync',
  'mkdirSync',
  'rmSync',
  'rmdirSync',
  'writeFileSync',
  'truncateSync',
]) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (name === 'writeSync' && isOutput(args[0])) return original(...args);
    point(name);
    const result = original(...args);
    point(name);
    return result;
  };
}
for (const name of [
  'write',
  'writev',
  'fsync',
  'fdatasync',
  'rename',
  'link',
  'unlink',
  'ftruncate',
  'mkdir',
  'rm',
  'rmdir',
  'writeFile',
  'truncate',
]) {
  const original = fs[name];
  fs[name] = (...args) => {
    const callback = args.pop();
    if (name === 'write' && isOutput(args[0])) return original(...args, callback);
    point(name);
    return original(...args, (...results) => {
      point(name);
      callback(...results);
    });
  };
}
for (const name of ['writeFile', 'rename', 'unlink', 'mkdir', 'rm', 'truncate', 'link']) {
  const original = fs.promises[name];
  fs.promises[name] = async (...args) => {
    point(name);
    const result = await original(...args);
    point(name);
    return result;
  };
}
const openSync = fs.openSync;
fs.openSync = (path, flags, ...rest) => {
  const creates =
    typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : /[wa]/.test(flags ?? 'r');
  if (!creates) return openSync(path, flags, ...rest);
  point('open');
  const descriptor = openSync(path, flags, ...rest);
  point('open');
  return descriptor;
};
const write = net.Socket.prototype.write;
net.Socket.prototype.write = function (data, ...rest) {
  const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
  const commands = [...new Set(text.match(/^(?:DELE|QUIT)/gm))].join('+');
  if (commands === '') return write.call(this, data, ...rest);
  point(commands);
  const result = write.call(this, data, ...rest);
  point(commands);
  return result;
};
process.on('exit', () => {
  if (countFile !== undefined) writeFileSync(countFile, JSON.stringify(names));
});
