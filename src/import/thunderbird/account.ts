import { join } from 'node:path';
import { Draft } from '../draft.ts';
import type { Settings } from '../plan.ts';
import type { Preference } from './prefs.ts';

export interface Translated {
  readonly draft: Draft;
  readonly host: string;
  readonly user: string;
  /** The folder of its mail and of its list of seen messages. */
  readonly folder: string;
}

/** The POP3 servers of a profile, by their keys: `server2`. */
export function pop3Servers(prefs: ReadonlyMap<string, Preference>): readonly string[] {
  return [...prefs].flatMap(([name, { value }]) => {
    const key = /^mail\.server\.([^.]+)\.type$/.exec(name)?.[1];
    return key !== undefined && value === 'pop3' ? [key] : [];
  });
}

/** What becomes of one server. */
export function translateServer(
  key: string,
  prefs: ReadonlyMap<string, Preference>,
  { file, profile }: { readonly file: string; readonly profile: string },
): Translated {
  return new ServerTranslator(key, prefs, file).translate(profile);
}

/** Those that are neither the usual password nor what the server offers. */
const methods: ReadonlyMap<number, { readonly text: string; readonly settings?: Settings }> =
  new Map([
    [5, { text: 'no Kerberos; what else the server offers' }],
    [6, { text: 'no NTLM; what else the server offers' }],
    [7, { text: 'external; add tlsCert and tlsKey', settings: { auth: 'external' } }],
    [
      10,
      {
        text: 'OAuth2: write oauth: {clientId: ...} for password and auth, then popfetch auth login',
        settings: { auth: 'xoauth2' },
      },
    ],
  ]);

class ServerTranslator {
  readonly #draft: Draft;
  readonly #key: string;
  readonly #prefs: ReadonlyMap<string, Preference>;

  constructor(key: string, prefs: ReadonlyMap<string, Preference>, file: string) {
    this.#draft = new Draft(file);
    this.#key = key;
    this.#prefs = prefs;
  }

  translate(profile: string): Translated {
    const [host, user] = [this.#text('hostname') ?? '', this.#text('userName') ?? ''];
    if (host === '' || user === '')
      this.#draft.refuse(this.#line('type'), 'no hostname or userName');
    this.#draft.take(this.#line('hostname'), 'hostname', 'host', host);
    this.#draft.take(this.#line('userName'), 'userName', 'user', user);
    this.#connection(host);
    this.#login();
    this.#retention();
    this.#schedule();
    this.#draft.set('deliver', '~/Maildir/');
    this.#draft.leave(
      this.#line('type'),
      'mail goes to ~/Maildir/ from now on; what Thunderbird has stays where it is',
    );
    return { draft: this.#draft, host, user, folder: this.#folder(profile, host) };
  }

  /** socketType: 0 none, 1 STARTTLS where there is one, 2 STARTTLS, 3 TLS. */
  #connection(host: string): void {
    const type = this.#number('socketType') ?? 0;
    const line = this.#line('socketType');
    if (type === 3) this.#draft.take(line, 'socketType', 'tls', 'on');
    else if (type === 2) this.#draft.take(line, 'socketType', 'tls', 'starttls');
    else if (type === 1)
      this.#draft.change(line, 'socketType: STARTTLS has to be there', { tls: 'starttls' });
    else this.#draft.unencrypted(line, host);
    const port = this.#number('port');
    if (port !== undefined && port > 0 && port !== (type === 3 ? 995 : 110))
      this.#draft.take(this.#line('port'), 'port', 'port', port);
  }

  /** The passwords are encrypted in logins.json, and stay there. */
  #login(): void {
    this.#draft.set('password', { prompt: true });
    const line = this.#line('authMethod');
    const method = methods.get(this.#number('authMethod') ?? 0);
    if (method !== undefined)
      this.#draft.change(line, `authMethod: ${method.text}`, method.settings);
  }

  #retention(): void {
    const line = this.#line('leave_on_server');
    const days = this.#number('num_days_to_leave_on_server') ?? 7;
    // Its default: what is not set is not in the file.
    if (this.#truth('leave_on_server') !== true)
      this.#draft.take(line, 'leave_on_server', 'keep', false);
    else if (this.#truth('delete_by_age_from_server') === true && days > 0)
      this.#draft.take(
        this.#line('num_days_to_leave_on_server'),
        'num_days_to_leave_on_server',
        'keep',
        `${days}d`,
      );
    else this.#draft.take(line, 'leave_on_server', 'keep', true);
    if (this.#truth('delete_mail_left_on_server') === true)
      this.#draft.leave(
        this.#line('delete_mail_left_on_server'),
        'delete_mail_left_on_server: what a reader deletes stays on the server',
      );
    if (this.#truth('headers_only') === true)
      this.#draft.change(this.#line('headers_only'), 'headers_only: whole messages are fetched');
  }

  #schedule(): void {
    const minutes = this.#number('check_time');
    if (this.#truth('check_new_mail') !== false && minutes !== undefined && minutes > 0)
      this.#draft.take(this.#line('check_time'), 'check_time', 'every', `${minutes}m`);
    const kilobytes = this.#number('max_size');
    if (this.#truth('limit_offline_message_size') === true && kilobytes !== undefined)
      this.#draft.take(this.#line('max_size'), 'max_size', 'maxSize', `${kilobytes}KiB`);
  }

  #folder(profile: string, host: string): string {
    const relative = this.#text('directory-rel');
    if (relative?.startsWith('[ProfD]') === true)
      return join(profile, relative.slice('[ProfD]'.length));
    return this.#text('directory') ?? join(profile, 'Mail', host);
  }

  /** Where nothing is said of it, where the server is. */
  #line(name: string): number {
    return (this.#preference(name) ?? this.#preference('type'))?.line ?? 1;
  }

  #preference(name: string): Preference | undefined {
    return this.#prefs.get(`mail.server.${this.#key}.${name}`);
  }

  #text(name: string): string | undefined {
    const value = this.#preference(name)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  #number(name: string): number | undefined {
    const value = this.#preference(name)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  #truth(name: string): boolean | undefined {
    const value = this.#preference(name)?.value;
    return typeof value === 'boolean' ? value : undefined;
  }
}
