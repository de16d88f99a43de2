/** A process and all that it started and that did not leave its group. */
export function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of them are gone already.
  }
}
