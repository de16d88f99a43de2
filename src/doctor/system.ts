import { type Finding, ok, warn } from './finding.ts';

/** The least version that popfetch is made for. */
const [leastMajor, leastMinor] = [20, 19];

/** ms since 1970: this program was written later. */
const writtenAt = Date.UTC(2026, 0, 1);

/** What the program runs on. */
export function examineSystem(now: number): readonly Finding[] {
  return [nodeFinding(process.versions.node), clockFinding(now)];
}

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const text = `Node.js ${version}, ${process.platform} ${process.arch}`;
  const isOld = major < leastMajor || (major === leastMajor && minor < leastMinor);
  if (!isOld) return ok('node', text);
  return warn('node', text, `Install Node.js ${leastMajor}.${leastMinor} or later.`);
}

function clockFinding(now: number): Finding {
  const text = `it is ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (now >= writtenAt) return ok('clock', text);
  const fix = 'Set the clock: certificates and the age of messages are judged by it.';
  return warn('clock', `${text}, as the clock says; it is later`, fix);
}
