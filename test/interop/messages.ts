import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { SeedMessage } from '../support/dovecot-maildir.ts';

export interface NamedMessage extends SeedMessage {
  readonly bytes: Buffer;
}

export interface MessageCollection {
  /** For the test's output: which messages these are. */
  readonly description: string;
  /** Line ends made CRLF; a bare CR and NUL stay. */
  readonly messages: readonly NamedMessage[];
}

/**
 * The messages to put through real servers: our own awkward ones, and the corpus of real messages where it is found
 * (POPFETCH_CORPUS, or the folder shared/corpus beside the repository).
 */
export function awkwardMessages(extent: 'own' | 'with corpus' = 'with corpus'): MessageCollection {
  const own = Object.entries(handMade).map(([name, text]) =>
    messageOf(name, Buffer.from(text, 'latin1')),
  );
  const corpus = extent === 'own' ? undefined : corpusFolder();
  if (corpus === undefined) {
    return { description: `${own.length} messages of our own; no corpus here`, messages: own };
  }
  const files = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== corpus)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const found = files.map((file) => messageOf(relative(corpus, file), readFileSync(file)));
  return {
    description: `${own.length} messages of our own and ${found.length} of the corpus`,
    messages: [...own, ...found],
  };
}

const header = 'From: ann@example.org\nSubject: awkward\n';

/**
 * Each is a case that some fetcher or server got wrong. Latin-1 stands for octets.
 * QUIRK: none begins with a dot, which Dovecot 2.3 sends without byte-stuffing it.
 */
const handMade: Readonly<Record<string, string>> = {
  'lines ending in LF': `${header}\nbody\n`,
  'lines ending in CRLF': `${header}\nbody\n`.replaceAll('\n', '\r\n'),
  'both line ends': `${header}\none\r\ntwo\nthree\r\n`,
  'no final line end': `${header}\nbody`,
  'no body': `${header}\n`,
  'no empty line': header,
  'no header': '\nbody\n',
  'one octet': 'x',
  'one line end': '\n',
  'lines of dots': `${header}\n.\n..\n...\n.x\n..x\n`,
  'a dot without line end last': `${header}\nbody\n.`,
  'a terminator in the body': `${header}\nbody\n.\n+OK 1 messages\n.\nmore\n`,
  'a dot behind each cut': `${header}\n${`${'y'.repeat(509)}\n.\n`.repeat(200)}`,
  'a From line in the body': `${header}\nFrom here on\n>From there\n`,
  'a From line first': `From ann Sat Nov 22 06:51:00 2025\n${header}\nbody\n`,
  'a bare CR': `${header}\none\rtwo\r\n`,
  'CR before CRLF': `${header}\none\r\r\ntwo\r\r\r\n`,
  'a CR last': `${header}\nbody\r`,
  'NUL and controls': `${header}\n\0one\0\x01\x1a\x7f\n`,
  'eight bit': `${header}\n\xe4\xf6\xfc \xff\xfe\x80 \xc3\xa4\n`,
  'a long line': `${header}\n${'z'.repeat(200_000)}\n`,
  'a long header field': `X-Long: ${'h'.repeat(70_000)}\n${header}\nbody\n`,
  'empty lines only': '\n'.repeat(5000),
  'blanks at line ends': `${header}\none \t\n \n\t\n`,
};

function messageOf(name: string, bytes: Buffer): NamedMessage {
  const text = bytes.toString('latin1').replace(/\r?\n/g, '\r\n');
  return { name, bytes: Buffer.from(text, 'latin1') };
}

function corpusFolder(): string | undefined {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const corpus = process.env.POPFETCH_CORPUS ?? join(folder, '..', 'shared', 'corpus');
  return existsSync(corpus) ? corpus : undefined;
}
