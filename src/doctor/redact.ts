/** What people would not want to see in a bug report, by kind. */
export interface Private {
  readonly accounts: readonly string[];
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  readonly home: string;
}

/**
 * Puts placeholders in the place of names, the same one for the same name throughout, so that a report still tells what
 * belongs together. Beside what is known to be private, whatever looks like an address of a person or a computer goes;
 * those of this computer itself stay.
 */
export function redactor({ accounts, hosts, users, home }: Private): (text: string) => string {
  const known = new Map<string, Kind>();
  for (const name of accounts) known.set(name.toLowerCase(), 'account');
  for (const name of users) known.set(name.toLowerCase(), name.includes('@') ? 'address' : 'user');
  for (const name of hosts) if (!isHere(name)) known.set(name.toLowerCase(), 'host');
  const placeholders = new Map<string, string>();
  const counts = new Map<Kind, number>();
  const placeholder = (found: string, kind: Kind): string => {
    const key = found.toLowerCase();
    const count = (counts.get(kind) ?? 0) + 1;
    const given = placeholders.get(key) ?? `${kind}-${count}`;
    if (!placeholders.has(key)) counts.set(kind, count);
    placeholders.set(key, given);
    return given;
  };
  const pattern = patternFor([...known.keys()], home);
  return (text) =>
    text.replace(pattern, (found) => {
      if (found === home) return '~';
      if (isHere(found)) return found;
      const kind = known.get(found.toLowerCase());
      // An account may be called as a word is that stands in capitals: plain.
      if (kind === 'account' && !accounts.includes(found)) return found;
      return placeholder(found, kind ?? kindOf(found));
    });
}

type Kind = 'account' | 'host' | 'user' | 'address';

/** One pass over all of it: no placeholder is replaced again. */
function patternFor(known: readonly string[], home: string): RegExp {
  const longestFirst = known.filter((name) => name !== '').sort((a, b) => b.length - a.length);
  const names = longestFirst.map((name) => `(?<![\\w])${escaped(name)}(?![\\w])`);
  const homes = home === '' || home === '/' ? [] : [`${escaped(home)}(?![\\w])`];
  const forms = [address, ipv4, ipv6, hostName];
  return new RegExp([...homes, ...names, ...forms].join('|'), 'gi');
}

const address = '[\\w.+-]+@[\\w.-]+\\w';
const ipv4 = '\\b\\d{1,3}(?:\\.\\d{1,3}){3}\\b';
const ipv6 = '(?<![\\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\\w:])';
/** Names of files end otherwise. */
const fileEndings = 'ya?ml|json|js|cjs|rc|log|lock|pem|crt|key|sock|pw|password|service|txt|new';
const hostName = `(?<![\\w./-])(?:\\*\\.)?(?:[a-z0-9-]+\\.)+(?!(?:${fileEndings})\\b)[a-z]{2,}\\b`;

function kindOf(found: string): Kind {
  return found.includes('@') ? 'address' : 'host';
}

function isHere(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
