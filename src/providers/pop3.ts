import type { Pop3Row } from './row.ts';

/** Facts from public sources. */
export const pop3Rows: readonly Pop3Row[] = [
  {
    name: 'Gmail',
    domains: 'gmail.com googlemail.com',
    host: 'pop.gmail.com',
    auth: 'app-password',
    refused: 'Gmail takes an app password, not the account password.',
    known: 'published 2026-11',
  },
  {
    name: 'Outlook.com and Microsoft 365',
    domains: `
      outlook.com hotmail.com live.com msn.com windowslive.com passport.com outlook.at
      outlook.be outlook.cl outlook.cz outlook.de outlook.dk outlook.es outlook.fr outlook.hu
      outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.lv outlook.my outlook.ph
      outlook.pt outlook.sa outlook.sg outlook.sk outlook.co.id outlook.co.il outlook.co.th
      outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr
      outlook.com.vn hotmail.be hotmail.ca hotmail.cl hotmail.cz hotmail.de hotmail.dk
      hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.lt hotmail.lv
      hotmail.my hotmail.nl hotmail.no hotmail.ph hotmail.rs hotmail.se hotmail.sg hotmail.sk
      hotmail.co.id hotmail.co.il hotmail.co.in hotmail.co.jp hotmail.co.kr hotmail.co.th
      hotmail.co.uk hotmail.co.za hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.hk
      hotmail.com.tr hotmail.com.tw hotmail.com.vn live.at live.be live.ca live.cl live.cn
      live.de live.dk live.fi live.fr live.hk live.ie live.in live.it live.jp live.nl live.no
      live.ru live.se live.co.jp live.co.kr live.co.uk live.co.za live.com.ar live.com.au
      live.com.mx live.com.my live.com.ph live.com.pt live.com.sg livemail.tw`,
    host: 'outlook.office365.com',
    servers: 'office365.com',
    auth: 'oauth2',
    refused: 'Microsoft takes no passwords over POP3, only OAuth 2.',
    known: 'published 2026-11',
  },
  {
    name: 'Yahoo',
    domains: `
      yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.de yahoo.it yahoo.fr yahoo.es
      yahoo.se yahoo.co.in yahoo.co.uk yahoo.co.nz yahoo.com.au yahoo.com.ar yahoo.com.br
      yahoo.com.mx`,
    host: 'pop.mail.yahoo.com',
    auth: 'app-password',
    refused: 'Yahoo takes an app password, not the account password.',
    known: 'published 2026-11',
  },
  {
    name: 'AOL',
    domains: `
      aol.com aim.com netscape.net compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr
      aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx`,
    host: 'pop.aol.com',
    auth: 'app-password',
    refused: 'AOL takes an app password, not the account password.',
    known: 'published 2026-11',
  },
  {
    name: 'GMX',
    domains: `
      gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info mein.gmx mail.gmx email.gmx`,
    host: 'pop.gmx.net',
    refused: 'GMX: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'GMX (international)',
    domains: `
      gmx.com gmx.us gmx.tm gmx.co.uk gmx.es gmx.fr gmx.ca gmx.cn gmx.co.in gmx.com.br
      gmx.com.my gmx.hk gmx.ie gmx.ph gmx.pt gmx.ru gmx.se gmx.sg gmx.tw gmx.com.tr gmx.it
      gmx.li`,
    host: 'pop.gmx.com',
    refused: 'GMX: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'mail.com',
    domains: 'mail.com email.com post.com usa.com',
    host: 'pop.mail.com',
    refused: 'mail.com: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'WEB.DE',
    domains: 'web.de',
    host: 'pop3.web.de',
    login: 'local-part',
    // QUIRK: a login before its time is refused like a wrong password.
    leastMinutes: 15,
    refused: 'WEB.DE: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'T-Online',
    domains: 't-online.de magenta.de',
    host: 'securepop.t-online.de',
    auth: 'app-password',
    refused: 'T-Online takes the e-mail password for programs, not that of the web site.',
    known: 'published 2026-11',
  },
  {
    name: 'freenet',
    domains: 'freenet.de',
    host: 'mx.freenet.de',
    refused: 'freenet: POP3 must be switched on in the web mail settings.',
    known: 'reported 2026-11',
  },
  {
    name: 'IONOS',
    domains: `
      online.de onlinehome.de sofortstart.de sofort-start.de sofortsurf.de sofort-surf.de`,
    host: 'pop.ionos.de',
    servers: 'ionos.de ionos.com 1und1.de',
    known: 'published 2026-11',
  },
  {
    name: 'Strato',
    domains: 'strato.de',
    host: 'pop3.strato.de',
    known: 'published 2026-11',
  },
  {
    name: 'Posteo',
    domains: `
      posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.com posteo.be
      posteo.ca posteo.co posteo.co.uk posteo.uk posteo.us posteo.cz posteo.dk posteo.ee
      posteo.es posteo.fi posteo.gr posteo.hr posteo.hu posteo.ie posteo.is posteo.it
      posteo.jp posteo.li posteo.lt posteo.lu posteo.me posteo.mx posteo.nl posteo.no
      posteo.nz posteo.pl posteo.pt posteo.ro posteo.se posteo.si`,
    host: 'posteo.de',
    known: 'published 2026-11',
  },
  {
    name: 'mailbox.org',
    domains: 'mailbox.org',
    host: 'pop3.mailbox.org',
    refused: 'mailbox.org: with two-factor login programs need a password of their own.',
    known: 'published 2026-11',
  },
  {
    name: 'Fastmail',
    domains: 'fastmail.com fastmail.fm fastmail.net fastmail.org messagingengine.com',
    host: 'pop.fastmail.com',
    auth: 'app-password',
    refused: 'Fastmail takes an app password, not the account password.',
    known: 'published 2026-11',
  },
  {
    name: 'Zoho',
    domains: 'zoho.com zohomail.com',
    host: 'pop.zoho.com',
    refused: 'Zoho: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'Zoho (Europe)',
    domains: 'zoho.eu zohomail.eu',
    host: 'pop.zoho.eu',
    refused: 'Zoho: POP3 must be switched on in the web mail settings.',
    known: 'reported 2026-11',
  },
  {
    name: 'OVH',
    domains: '',
    host: 'ssl0.ovh.net',
    servers: 'ovh.net',
    leastMinutes: 1,
    refused: 'OVH: check user and password.',
    known: 'reported 2026-11',
  },
  {
    name: 'Orange',
    domains: 'orange.fr wanadoo.fr',
    host: 'pop.orange.fr',
    known: 'published 2026-11',
  },
  {
    name: 'Free',
    domains: 'free.fr',
    host: 'pop.free.fr',
    login: 'local-part',
    known: 'published 2026-11',
  },
  {
    name: 'Libero',
    domains: 'libero.it inwind.it iol.it blu.it giallo.it',
    host: 'popmail.libero.it',
    known: 'reported 2026-11',
  },
  {
    name: 'Virgilio',
    domains: 'virgilio.it',
    host: 'in.virgilio.it',
    known: 'published 2026-11',
  },
  {
    name: 'Mail.ru',
    domains: 'mail.ru inbox.ru list.ru bk.ru internet.ru',
    host: 'pop.mail.ru',
    auth: 'app-password',
    refused: 'Mail.ru takes a password made for programs, not the account password.',
    known: 'reported 2026-11',
  },
  {
    name: 'Yandex',
    domains: `
      yandex.ru yandex.com yandex.net yandex.by yandex.kz yandex.ua ya.ru narod.ru`,
    host: 'pop.yandex.com',
    auth: 'app-password',
    refused: 'Yandex takes an app password, and POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'Seznam',
    domains: 'seznam.cz email.cz post.cz spoluzaci.cz',
    host: 'pop3.seznam.cz',
    refused: 'Seznam: POP3 must be switched on in the web mail settings.',
    known: 'reported 2026-11',
  },
  {
    name: 'WP',
    domains: 'wp.pl',
    host: 'pop3.wp.pl',
    login: 'local-part',
    refused: 'WP: POP3 must be switched on in the web mail settings.',
    known: 'reported 2026-11',
  },
  {
    name: 'o2',
    domains: 'o2.pl go2.pl tlen.pl prokonto.pl',
    host: 'poczta.o2.pl',
    login: 'local-part',
    refused: 'o2: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
  {
    name: 'Onet',
    domains: 'onet.pl op.pl onet.eu',
    host: 'pop3.poczta.onet.pl',
    refused: 'Onet: POP3 must be switched on in the web mail settings.',
    known: 'reported 2026-11',
  },
  {
    name: 'Interia',
    domains: 'interia.pl interia.eu poczta.fm',
    host: 'poczta.interia.pl',
    refused: 'Interia: POP3 must be switched on in the web mail settings.',
    known: 'reported 2026-11',
  },
  {
    name: 'QQ',
    domains: 'qq.com foxmail.com',
    host: 'pop.qq.com',
    auth: 'app-password',
    refused: 'QQ takes an authorization code from its web mail settings, not the account password.',
    known: 'reported 2026-11',
  },
  {
    name: 'NetEase 163',
    domains: '163.com',
    host: 'pop.163.com',
    auth: 'app-password',
    refused:
      '163 takes an authorization code from its web mail settings, not the account password.',
    known: 'reported 2026-11',
  },
  {
    name: 'NetEase 126',
    domains: '126.com',
    host: 'pop.126.com',
    auth: 'app-password',
    refused:
      '126 takes an authorization code from its web mail settings, not the account password.',
    known: 'reported 2026-11',
  },
  {
    name: 'Naver',
    domains: 'naver.com',
    host: 'pop.naver.com',
    refused: 'Naver: POP3 must be switched on in the web mail settings.',
    known: 'published 2026-11',
  },
];
