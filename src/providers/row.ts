/** How POP3 is had at one provider: over TLS on port 995, at all of them. */
export interface Pop3Row {
  readonly name: string;
  /** Domains of addresses, separated by white space; none where customers have domains of their own. */
  readonly domains: string;
  readonly host: string;
  /** Further domains that its servers are in, likewise. */
  readonly servers?: string;
  /** Where it is not the whole address. */
  readonly login?: 'local-part';
  /** Where it is not the password of the mailbox. */
  readonly auth?: 'app-password' | 'oauth2';
  /** Least minutes between two logins. */
  readonly leastMinutes?: number;
  /** What a refused login usually means, one sentence. */
  readonly refused?: string;
  /**
   * How sure host and login are, and when they were last looked up. `published`: by the provider or in Thunderbird's
   * ISPDB. `reported`: by several who use it and agree.
   */
  readonly known: `${'published' | 'reported'} ${number}-${number}`;
}

/** A provider that offers no POP3. */
export interface NoPop3Row {
  readonly name: string;
  readonly domains: string;
  /** One sentence: what there is instead. */
  readonly why: string;
  readonly known: Pop3Row['known'];
}
