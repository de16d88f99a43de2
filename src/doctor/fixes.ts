import type { Failure, FailureCode } from '../errors.ts';

/** What to do about a failure that brought no advice of its own, one sentence. */
export function fixFor({ code, facts }: Failure): string {
  if (code === 'no_permission' && facts.path !== undefined)
    return `Give the user who runs popfetch the right to write to ${facts.path}.`;
  if (facts.phase === 'deliver' && ofServers.has(code))
    return 'Check deliver: in the configuration, and whether that server is running.';
  return fixes[code];
}

const ofServers: ReadonlySet<FailureCode> = new Set(['connect', 'dns', 'timeout', 'tls_handshake']);

/** Every code, so that a new one does not compile before it has its fix. */
const fixes: Readonly<Record<FailureCode, string>> = {
  usage: 'See popfetch help.',
  config: 'Correct the configuration; popfetch help config has all keys.',
  secret_unavailable: 'Run what password: names by hand, as the same user.',
  dns: 'Check host: in the configuration, and whether this computer is online.',
  connect: 'Check host: and port: in the configuration, the network, and firewalls on the way.',
  timeout: 'Try again later; if it lasts, check port: and tls: in the configuration.',
  tls_verify: 'Check host: in the configuration; with a private authority set tlsCa.',
  tls_handshake: 'Check port: and tls: in the configuration.',
  auth: 'Check user: and password: in the configuration.',
  auth_method: 'Remove auth: from the configuration, or name a way that the server offers.',
  auth_paused: 'Correct the password, or poll the account by its name.',
  in_use: 'Wait until the other session has ended.',
  login_delay: 'Try again later.',
  sys_temp: 'Try again later.',
  sys_perm: 'Ask those who run the server.',
  protocol: 'Check host: and port: in the configuration: this may be no POP3 server.',
  connection_lost: 'Try again; if it lasts, ask those who run the server.',
  retrieve_refused: 'Ask those who run the server.',
  delete_refused: 'Ask those who run the server.',
  deliver_temp: 'Try again later.',
  destination_locked: 'Close the program that has it locked.',
  deliver_perm: 'Check deliver: in the configuration.',
  no_space: 'Make room on the disk.',
  cannot_create: 'Check the path in the configuration.',
  no_permission: 'Give the user who runs popfetch the right to write there.',
  io_error: 'Look at the log of the kernel: the disk may be failing.',
  locked: 'Wait until the other popfetch has ended.',
  state: 'See NOTES in popfetch(1): put the file back, or go on without it.',
  interrupted: 'Run it again.',
  internal: 'Please report it, with the output of popfetch doctor --redact.',
};
