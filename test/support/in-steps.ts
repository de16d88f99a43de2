import type { PopfetchHome, PopfetchRun, RunOptions } from './run-popfetch.ts';

export interface Step {
  readonly when: () => boolean;
  readonly act: (pid: number) => void;
}

/** Runs the program and takes each step when its time has come. */
export function inSteps(
  home: PopfetchHome,
  args: readonly string[],
  steps: readonly Step[],
  options: Omit<RunOptions, 'watch'> = {},
): Promise<PopfetchRun> {
  const left = [...steps];
  return home.run(args, {
    timeout: 20_000,
    ...options,
    watch: (pid) => {
      if (left[0]?.when() === true) left.shift()?.act(pid);
    },
  });
}

export function send(signal: NodeJS.Signals): (pid: number) => void {
  return (pid) => {
    process.kill(pid, signal);
  };
}
