import type { Dialogue } from './dialogue.ts';
import { Capabilities, CapabilityReader } from './wire/capabilities.ts';
import { capa } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';

/** Asks what the server can do. A server without CAPA can do what RFC 1939 demands, and is probed for the rest. */
export async function askCapabilities(dialogue: Dialogue): Promise<Capabilities> {
  dialogue.phase = 'capa';
  const reply = await dialogue.ask(capa);
  return (await readCapabilities(dialogue, reply)) ?? new Capabilities();
}

/** Reads the content of a CAPA reply; undefined if the server refused. */
export async function readCapabilities(
  dialogue: Dialogue,
  reply: Reply,
): Promise<Capabilities | undefined> {
  if (!reply.hasContent) return undefined;
  const reader = new CapabilityReader();
  await dialogue.content((octets) => reader.feed(octets));
  return new Capabilities(reader.lines);
}
