import type { Note } from '../plan.ts';
import type { Translated } from './connection.ts';
import type { Option } from './grammar.ts';
import { asWritten, type Options } from './options.ts';

/** What means nothing here, and why. */
const reasons: ReadonlyMap<string, string> = new Map(
  (
    [
      ['aka localdomains envelope qvirtual dns checkalias fetchdomains', 'for multidrop only'],
      [
        'interface monitor',
        'no such condition; a timer or a hook of the network may start popfetch',
      ],
      ['plugin', 'no connection through a command: disabled; proxy knows SOCKS'],
      ['plugout esmtpname esmtppassword', 'deliver: {smtp: ...} has user and password of its own'],
      ['principal', 'no Kerberos'],
      ['tracepolls', 'the Received field names the account anyhow'],
      ['bad-header', 'a message with a bad header is delivered as it is'],
      ['folder idle', 'for IMAP only'],
      ['antispam', 'see onReject'],
      ['preconnect postconnect', 'not run; start such a command before popfetch'],
      ['rewrite stripcr forcecr pass8bits', 'a message is delivered as it is'],
      ['dropstatus dropdelivered mimedecode', 'a message is delivered as it is'],
      ['warnings', 'what is too large is named in each run'],
      ['fetchsizelimit fastuidl batchlimit expunge', 'not needed'],
      ['properties', 'means nothing to fetchmail either'],
    ] as const
  ).flatMap(([words, reason]) => words.split(' ').map((word) => [word, reason] as const)),
);

/** Notes on options that mean nothing here. */
export function unneeded(options: Options): Translated {
  const notes = [...reasons].flatMap(([word, reason]) => {
    const option = options.get(word);
    return option === undefined || !option.on ? [] : options.note(word, 'left', reason);
  });
  const uidl = options.note('uidl', 'taken', 'messages are always told apart by their unique-ids');
  return { settings: {}, notes: [...notes, ...uidl] };
}

/** What becomes of a `set` line. */
export function globalNote(option: Option, file: string): Note {
  const [kind, reason] = globalFates.get(option.word) ?? ['left', 'not needed'];
  return { file, line: option.line, kind, text: `set ${asWritten(option)}: ${reason}` };
}

const globalFates: ReadonlyMap<string, readonly [Note['kind'], string]> = new Map([
  ['daemon', ['taken', 'every of each account, for popfetch run']],
  ['idfile', ['taken', 'the seen list is read from there']],
  ['pidfile', ['taken', 'tells whether fetchmail runs']],
  ['logfile', ['left', 'see --log-file']],
  ['syslog', ['left', 'under systemd the journal has the log']],
  ['bouncemail', ['left', 'nothing is ever sent back']],
  ['spambounce', ['left', 'nothing is ever sent back']],
  ['softbounce', ['left', 'see onReject']],
  ['postmaster', ['left', 'for multidrop only']],
]);
