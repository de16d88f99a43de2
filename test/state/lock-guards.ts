import {
  fileGuard,
  kernelGuards,
  socketGuard,
  type TakeGuard,
} from '../../src/state/kernel-guard.ts';

/** Each set of guards that a system may have. */
export function guardsNamed(name: string): readonly TakeGuard[] {
  switch (name) {
    case 'file':
      return [fileGuard];
    case 'socket':
      return [socketGuard];
    case 'none':
      return [];
    default:
      return kernelGuards;
  }
}
