import { type Draft, octets } from '../draft.ts';
import type { SectionReader } from './section-reader.ts';

/** What is to be fetched, and what stays on the server. */
export function translateOptions(section: SectionReader, draft: Draft): void {
  retention(section, draft);
  limits(section, draft);
  trace(section, draft);
  for (const name of ['verbose', 'message_log', 'message_log_verbose', 'message_log_syslog'])
    if (section.option(name) !== undefined)
      draft.leave(section.lineOf(name), `${name}: see log in popfetch.yaml(5)`);
  for (const name of ['use_netrc', 'netrc_file', 'to_oldmail_on_each_mail', 'fingerprint'])
    section.option(name);
  section.leaveRest(draft);
}

function retention(section: SectionReader, draft: Draft): void {
  const deletes = section.truth('delete') ?? false;
  const days = section.amount('delete_after');
  if (deletes) draft.take(section.lineOf('delete'), 'delete', 'keep', false);
  else if (days !== undefined)
    draft.take(section.lineOf('delete_after'), 'delete_after', 'keep', `${days}d`);
  else draft.set('keep', true);
  if (section.amount('delete_bigger_than') !== undefined)
    draft.leave(
      section.lineOf('delete_bigger_than'),
      'delete_bigger_than: atMost is what there is',
    );
  // Its default: who leaves mail on the server and says nothing else gets all of it each time.
  const readsAll = section.truth('read_all') ?? true;
  if (readsAll && !deletes)
    draft.change(
      section.lineOf('read_all'),
      'read_all without delete: getmail fetched all mail each time; from now on only what it has not fetched yet',
    );
}

const largest = [
  ['max_message_size', 'maxSize', octets],
  ['max_bytes_per_session', 'maxBytes', octets],
  ['max_messages_per_session', 'limit', (count: number) => count],
] as const;

function limits(section: SectionReader, draft: Draft): void {
  for (const [name, key, written] of largest) {
    const most = section.amount(name);
    if (most !== undefined) draft.take(section.lineOf(name), name, key, written(most));
  }
}

function trace(section: SectionReader, draft: Draft): void {
  const deliveredTo = section.truth('delivered_to') ?? true;
  const received = section.truth('received') ?? true;
  if (deliveredTo && received) return;
  const name = deliveredTo ? 'received' : 'delivered_to';
  const both = !deliveredTo && !received;
  if (both) draft.take(section.lineOf(name), 'delivered_to and received', 'trace', false);
  else
    draft.change(
      section.lineOf(name),
      `${name}: trace adds both fields, or with trace: false none`,
    );
}
