import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The small C programs of bench/native, compiled. */
export interface Tools {
  readonly measure: string;
  readonly slowFsync: string;
  readonly deliver: string;
  readonly strace: boolean;
}

export function compileTools(sources: string, into: string): Tools {
  const compile = (name: string, ...options: readonly string[]): string => {
    const out = join(into, name);
    const source = join(sources, `${name}.c`);
    const args = ['-O2', '-o', out, source, ...options];
    const { status, error, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
    if (error !== undefined)
      throw new Error('gcc is not installed; on Debian: apt-get install gcc');
    if (status !== 0) throw new Error(`${source} does not compile:\n${stderr}`);
    return out;
  };
  return {
    measure: compile('measure'),
    slowFsync: compile('slow-fsync', '-shared', '-fPIC', '-ldl'),
    deliver: compile('deliver'),
    strace: spawnSync('strace', ['--version']).error === undefined,
  };
}
