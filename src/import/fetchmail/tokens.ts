/**
 * The words of a .fetchmailrc. As fetchmail's own scanner does it, the longest match counts: `"a"b` is one bare word, quotes
 * and all, and a word that follows `user`, `password`, `is`, `to` or `=` is a name, whatever it looks like.
 */
export interface Token {
  readonly kind: 'keyword' | 'string' | 'number' | 'map';
  /** A keyword in its long form; of strings what they say, escapes undone. */
  readonly text: string;
  /** From 1, where it begins. */
  readonly line: number;
}

export function* tokens(text: string): Generator<Token> {
  let state: 'initial' | 'name' | 'auth' = 'initial';
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const { rule, length } = longest(text, at);
    const word = text.slice(at, at + length);
    at += length;
    const begins = line;
    line += newlinesIn(word);
    if (rule === 'blank') continue;
    if (rule === 'map') {
      state = 'name';
      yield { kind: 'map', text: '=', line: begins };
    } else if (rule === 'quoted' || state === 'name') {
      state = 'initial';
      const said = rule === 'quoted' ? word.slice(1, -1) : word;
      yield { kind: 'string', text: unescaped(said), line: begins };
    } else {
      const fused = fusedNegation.exec(word);
      if (fused !== null) at -= word.length - 2;
      const token = plain(fused === null ? word : 'no', state === 'auth');
      if (token === undefined) continue;
      state = stateAfter(token) ?? state;
      yield { ...token, line: begins };
    }
  }
}

type Rule = 'quoted' | 'bare' | 'blank' | 'map';

/** In this order: of two that match alike the first counts. */
const rules: readonly (readonly [Rule, RegExp])[] = [
  ['quoted', /"[^"]*"|'[^']*'/y],
  ['blank', /(?:#.*)?\\?\n|[ \t\r]+|[;:,]|#.*$/y],
  ['map', /=/y],
  ['bare', /[^=;:, \t\r\n]+/y],
];

function longest(text: string, at: number): { readonly rule: Rule; readonly length: number } {
  let best: { rule: Rule; length: number } = { rule: 'blank', length: 0 };
  for (const [rule, form] of rules) {
    form.lastIndex = at;
    const length = form.exec(text)?.[0].length ?? 0;
    if (length > best.length) best = { rule, length };
  }
  // Nothing else is left for any octet: every one begins a bare word, a blank or a `=`.
  return best.length === 0 ? { rule: 'blank', length: 1 } : best;
}

/** What these words mean where no name is awaited; undefined for noise. */
function plain(word: string, isAuth: boolean): Omit<Token, 'line'> | undefined {
  if (noise.has(word)) return undefined;
  if (isAuth && word === 'password') return { kind: 'keyword', text: 'auth-password' };
  const long = shortForms.get(word) ?? word;
  if (keywords.has(long)) return { kind: 'keyword', text: long };
  if (/^-?\d+$/.test(word)) return { kind: 'number', text: word };
  return { kind: 'string', text: unescaped(word) };
}

function stateAfter({ kind, text }: Omit<Token, 'line'>): 'initial' | 'name' | 'auth' | undefined {
  if (kind !== 'keyword') return undefined;
  if (['user', 'password', 'is', 'to'].includes(text)) return 'name';
  if (text === 'auth') return 'auth';
  return authTypes.has(text) ? 'initial' : undefined;
}

const noise: ReadonlySet<string> = new Set(['with', 'and', 'has', 'wants', 'options']);

/** Those that may be written with `no` in front and without a blank. */
const fusedNegation =
  /^no(?=(?:bouncemail|uidl|checkalias|dns|envelope|keep|flush|limitflush|fetchall|rewrite|forcecr|stripcr|pass8(?:bits)?|dropstatus|dropdelivered|mimedec(?:ode)?|spambounce|idle)$)/;

const shortForms: ReadonlyMap<string, string> = new Map([
  ['server', 'poll'],
  ['proto', 'protocol'],
  ['local', 'localdomains'],
  ['preauth', 'auth'],
  ['preauthenticate', 'auth'],
  ['authenticate', 'auth'],
  ['username', 'user'],
  ['pass', 'password'],
  ['folders', 'folder'],
  ['smtp', 'smtphost'],
  ['pre', 'preconnect'],
  ['post', 'postconnect'],
  ['pass8', 'pass8bits'],
  ['mimedec', 'mimedecode'],
  ['cram', 'cram-md5'],
  ['opie', 'otp'],
  ['implicit', 'ssh'],
  ['kerberos4', 'kerberos'],
  ['kerberos_v4', 'kerberos'],
  ['kerberos5', 'kerberos'],
  ['kerberos_v5', 'kerberos'],
  ...['auto', 'pop2', 'sdps', 'pop3', 'imap', 'apop', 'rpop', 'etrn', 'odmr', 'kpop'].map(
    (protocol) => [protocol.toUpperCase(), protocol] as const,
  ),
]);

export const protocols: ReadonlySet<string> = new Set(
  'auto pop2 sdps pop3 imap apop rpop etrn odmr kpop'.split(' '),
);

export const authTypes: ReadonlySet<string> = new Set(
  'any gssapi kerberos ssh external otp cram-md5 msn ntlm auth-password'.split(' '),
);

const keywords: ReadonlySet<string> = new Set([
  ...protocols,
  ...authTypes,
  ...`set logfile idfile pidfile daemon syslog invisible showdots postmaster bouncemail spambounce softbounce warnings
      tracepolls defaults poll skip via aka localdomains protocol service port interval auth timeout envelope
      qvirtual principal esmtpname esmtppassword bad-header accept reject user password folder smtphost fetchdomains
      smtpaddress smtpname antispam mda bsmtp lmtp preconnect postconnect interface monitor plugin plugout batchlimit
      fetchlimit fetchsizelimit fastuidl expunge properties is here there to no keep flush limitflush fetchall rewrite
      forcecr stripcr pass8bits dropstatus dropdelivered mimedecode idle dns uidl ssl sslkey sslcert sslproto
      sslcertck sslcertfile sslcertpath sslcommonname sslfingerprint checkalias limit`.split(/\s+/),
]);

/** `\n \t \b \r`, `\0ooo` octal, `\xhh`, `\nnn` decimal, a line that goes on; any other character stands for itself. */
function unescaped(text: string): string {
  const said = text.replace(
    /\\(?:[xX]([0-9a-fA-F]{0,2})|(0[0-7]{0,2})|([1-9]\d{0,2})|(\n)|([\s\S]?))/g,
    (_all, hex?: string, octal?: string, decimal?: string, joined?: string, other = '') => {
      if (hex !== undefined) return character(hex === '' ? 0 : Number.parseInt(hex, 16));
      if (octal !== undefined) return character(Number.parseInt(octal, 8));
      if (decimal !== undefined) return character(Number(decimal));
      if (joined !== undefined) return '';
      return simpleEscapes.get(other) ?? other;
    },
  );
  // fetchmail keeps it as a C string.
  return said.split('\0', 1)[0] ?? '';
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
  ['r', '\r'],
]);

function character(code: number): string {
  return String.fromCharCode(code % 256);
}

function newlinesIn(text: string): number {
  return text.split('\n').length - 1;
}
