import { sunset, temperatures } from './sample-attachments.ts';
import { lateTexts, texts } from './sample-texts.ts';

/** Twelve messages of the kinds that people get, the same at every call; CRLF line ends. */
export function sampleMail(): Buffer[] {
  const withAttachments = [
    letter('Ann Example <ann@example.org>', 'Sunset from the pier', [
      textPart('Hi Joe,\n\nthis is what you missed on Sunday.\n\nAnn'),
      attachment('sunset.bmp', 'image/bmp', sunset()),
    ]),
    letter('Weather Station <station@garden.example>', 'Temperatures in the garden, October', [
      textPart('The readings of last month are attached.'),
      attachment('october.csv', 'text/csv', Buffer.from(temperatures())),
    ]),
  ];
  const plain = texts.map(({ from, subject, text }) => letter(from, subject, [textPart(text)]));
  return [...plain, ...withAttachments].map(posted);
}

/** Two more, which arrive later. */
export function lateMail(): Buffer[] {
  const letters = lateTexts.map(({ from, subject, text }) =>
    letter(from, subject, [textPart(text)]),
  );
  return letters.map((unposted, index) => posted(unposted, texts.length + 2 + index));
}

/** A header section and a body, with LF line ends. */
interface Entity {
  readonly header: readonly string[];
  readonly body: string;
}

const boundary = '=_demo';

function letter(from: string, subject: string, parts: readonly [Entity, ...Entity[]]): Entity {
  const [first] = parts;
  const { header, body } = parts.length === 1 ? first : multipart(parts);
  const to = 'To: Joe Demo <joe@example.org>';
  return {
    header: [`From: ${from}`, to, `Subject: ${subject}`, 'MIME-Version: 1.0', ...header],
    body,
  };
}

function multipart(parts: readonly Entity[]): Entity {
  const opened = parts.map(
    ({ header, body }) => `--${boundary}\n${header.join('\n')}\n\n${body}\n`,
  );
  return {
    header: [`Content-Type: multipart/mixed; boundary="${boundary}"`],
    body: `${opened.join('')}--${boundary}--\n`,
  };
}

function textPart(text: string): Entity {
  const header = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'];
  return { header, body: `${text}\n` };
}

function attachment(name: string, type: string, content: Buffer): Entity {
  const header = [
    `Content-Type: ${type}`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
  ];
  return { header, body: content.toString('base64').replace(/.{76}/g, '$&\n') };
}

/** Five hours lie between two messages. */
function posted({ header, body }: Entity, index: number): Buffer {
  const date = new Date(Date.UTC(2025, 10, 17, 7, 30) + index * 5 * 3_600_000);
  const stamps = [
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${index + 1}@demo.popfetch.example>`,
  ];
  const text = `${[...header, ...stamps].join('\n')}\n\n${body}`;
  return Buffer.from(text.replaceAll('\n', '\r\n'));
}
