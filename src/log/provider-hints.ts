/** What a refused login usually means at this provider; undefined where nothing is known of it. */
export function providerHint(host: string): string | undefined {
  const name = host.toLowerCase();
  return hints.find(([domains]) =>
    domains.some((domain) => name === domain || name.endsWith(`.${domain}`)),
  )?.[1];
}

/** Sources: each provider's help pages on POP3, as of 2026. */
const hints: readonly (readonly [domains: readonly string[], hint: string])[] = [
  [['gmail.com', 'googlemail.com'], 'Gmail takes an app password, not the account password.'],
  [['yahoo.com'], 'Yahoo takes an app password, not the account password.'],
  [['aol.com'], 'AOL takes an app password, not the account password.'],
  [
    ['outlook.com', 'office365.com', 'hotmail.com', 'live.com'],
    'Microsoft takes no passwords over POP3, only OAuth 2.',
  ],
  [['gmx.net', 'gmx.com', 'gmx.de'], 'GMX: POP3 must be switched on in the web mail settings.'],
  [['web.de'], 'WEB.DE: POP3 must be switched on in the web mail settings.'],
  [['zoho.com', 'zoho.eu'], 'Zoho: POP3 must be switched on in the web mail settings.'],
];
