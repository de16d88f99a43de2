import { isHostName } from './srv.ts';

/** A POP3 server as a domain's autoconfiguration file describes it. */
export interface DescribedServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'on' | 'starttls';
  readonly user: string;
}

/** Octets. Files in use have a few thousand. */
export const mostOctets = 64 * 1024;

/**
 * The first POP3 server with TLS in a file of the form that Thunderbird reads (config-v1.1.xml). What is not such a file
 * describes none. Of XML it knows elements, attributes, comments and the five entities that need no declaration; a file
 * that declares anything is refused, so that nothing can grow or be fetched by being read.
 */
export function describedServer(xml: string, email: string): DescribedServer | undefined {
  if (xml.length > mostOctets || /<!(?:DOCTYPE|ENTITY|\[CDATA)/i.test(xml)) return undefined;
  const text = withoutComments(xml);
  for (const server of elements(text, 'incomingServer')) {
    if (!/\btype\s*=\s*["']pop3["']/.test(server.attributes)) continue;
    const found = serverIn(server.content, email);
    if (found !== undefined) return found;
  }
  return undefined;
}

function serverIn(content: string, email: string): DescribedServer | undefined {
  const tls = security.get(textOf(content, 'socketType') ?? '');
  const host = filled(textOf(content, 'hostname') ?? '', email);
  const port = Number(textOf(content, 'port'));
  const user = filled(textOf(content, 'username') ?? '%EMAILADDRESS%', email);
  if (tls === undefined || !isHostName(host)) return undefined;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  if (user === '' || /[\s\u0000-\u001f\u007f-\u009f%]/.test(user)) return undefined;
  return { host, port, tls, user };
}

/** `plain` is none of them. */
const security: ReadonlyMap<string, DescribedServer['tls']> = new Map([
  ['SSL', 'on'],
  ['STARTTLS', 'starttls'],
]);

function filled(text: string, email: string): string {
  const at = email.lastIndexOf('@');
  return text
    .replaceAll('%EMAILADDRESS%', () => email)
    .replaceAll('%EMAILLOCALPART%', () => email.slice(0, at))
    .replaceAll('%EMAILDOMAIN%', () => email.slice(at + 1));
}

function withoutComments(xml: string): string {
  return xml
    .split('<!--')
    .map((part, index) => {
      const end = part.indexOf('-->');
      if (index === 0) return part;
      return end === -1 ? '' : part.slice(end + 3);
    })
    .join('');
}

interface XmlElement {
  readonly attributes: string;
  readonly content: string;
}

/** Those of one name; none of them holds another of its kind. Searches forward only: the time is that of one reading. */
function elements(xml: string, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  const close = `</${name}>`;
  for (let at = xml.indexOf(`<${name}`); at !== -1; ) {
    const head = xml.indexOf('>', at);
    const end = head === -1 ? -1 : xml.indexOf(close, head);
    if (end === -1) break;
    const attributes = xml.slice(at + 1 + name.length, head);
    if (/^\s|^$/.test(attributes)) found.push({ attributes, content: xml.slice(head + 1, end) });
    at = xml.indexOf(`<${name}`, end);
  }
  return found;
}

function textOf(xml: string, name: string): string | undefined {
  const [first] = elements(xml, name);
  return first === undefined ? undefined : decoded(first.content.trim());
}

/** With an entity that is none of the five it stays as it is, and is then not a host name. */
function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => entities[name] ?? whole);
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};
