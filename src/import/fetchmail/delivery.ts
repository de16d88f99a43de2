import { shellWord } from '../../util/shell-word.ts';
import type { Setting } from '../plan.ts';
import { submits, withSender } from '../sender.ts';
import type { Translated } from './connection.ts';
import type { Options } from './options.ts';

/** Where the mail goes: a command, or as fetchmail has it by default the mail server of this computer. */
export function delivery(options: Options, user: string): Translated {
  const local = (options.localNames[0] ?? user).split('=')[0] ?? user;
  const notes = ['is', 'to'].flatMap((word) =>
    options.note(word, 'taken', `delivered to ${local}`),
  );
  const mda = options.text('mda');
  if (mda !== undefined && mda !== '') {
    const line = withoutEscapes(mda, local);
    const settings = { deliver: { pipe: line }, ...(submits(line) && { trace: false }) };
    const kind = line === mda ? 'taken' : 'changed';
    return {
      settings,
      notes: [...notes, ...options.note('mda', kind, `deliver: {pipe: ${line}}`)],
    };
  }
  const { deliver, shown } = mailServer(options, local);
  const isSaid = ['smtphost', 'lmtp', 'smtpname', 'smtpaddress', 'bsmtp'].some((word) =>
    options.get(word),
  );
  return {
    settings: { deliver },
    notes: [
      ...notes,
      ...(isSaid
        ? []
        : [
            options.entryNote(
              'taken',
              `no mda: ${shown}; deliver: ~/Maildir/ needs no mail server`,
            ),
          ]),
      ...options.note('smtphost', 'taken', shown),
      ...options.note('lmtp', 'taken', shown),
      ...options.note('smtpname', 'taken', shown),
      ...options.note('smtpaddress', 'taken', shown),
      ...options.note('bsmtp', 'changed', `no such destination; ${shown}`),
    ],
  };
}

/** fetchmail drops quotes around the two itself, and knows %s as %T. */
function withoutEscapes(mda: string, local: string): string {
  return withSender(mda).replace(/(["']?)%[Ts]\1/g, () => shellWord(local));
}

interface MailServer {
  readonly deliver: Setting;
  readonly shown: string;
}

function mailServer(options: Options, local: string): MailServer {
  const isLmtp = options.isOn('lmtp');
  const [first = 'localhost', ...others] = options.get('smtphost')?.values ?? [];
  const address = first.startsWith('/') ? `unix:${first}` : first.replace('/', ':');
  const domain = options.text('smtpaddress');
  const recipient =
    options.text('smtpname') ?? (domain === undefined ? local : `${local}@${domain}`);
  const kind = isLmtp || first.startsWith('/') ? 'lmtp' : 'smtp';
  const shown = `deliver: {${kind}: ${address}, to: [${recipient}]}`;
  const rest = others.length === 0 ? '' : `; ${others.join(' ')}: not tried`;
  return { deliver: { [kind]: address, to: [recipient] }, shown: shown + rest };
}
