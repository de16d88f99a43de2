import { Failure } from '../../errors.ts';
import type { Dialogue } from './dialogue.ts';
import type { Capabilities } from './wire/capabilities.ts';
import { utf8 } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';

/** Whether a session is in UTF8 mode (RFC 6856), and if not, for whose want. */
export type Utf8Mode = 'on' | 'refused' | 'not offered';

/**
 * Enters UTF8 mode where the server offers it: it then sends messages as they are. Without it a server may refuse those
 * with 8-bit header fields, or wrap them into reports of its own (Courier). Before the login, and behind STLS, which
 * must not follow it (§2.1). A refusal hurts nothing: the session goes on as it was.
 */
export async function enterUtf8(dialogue: Dialogue, capabilities: Capabilities): Promise<Utf8Mode> {
  if (!capabilities.has('UTF8')) return 'not offered';
  return (await dialogue.ask(utf8)).status === 'ok' ? 'on' : 'refused';
}

/** A message is refused because of the mode: it has not vanished, and other sessions may get it. */
export function needsUtf8(dialogue: Dialogue, reply: Reply, mode: Utf8Mode): Failure {
  const { message, facts } = dialogue.refusal(reply, 'retrieve_refused');
  const hint = hints[mode];
  return new Failure('retrieve_refused', message, { ...facts, hint });
}

const hints: Readonly<Record<Utf8Mode, string>> = {
  on: 'It asks for UTF8 mode (RFC 6856), which this session was in: only who runs the server can mend that.',
  refused:
    'It hands this out in UTF8 mode only (RFC 6856), and refused that mode before the login.',
  'not offered':
    'It hands this out in UTF8 mode only (RFC 6856), and did not offer that mode before the login.',
};
