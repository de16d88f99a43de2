/** What a text becomes by SMTP, which knows no bare CR and no line without an end (RFC 5321 §2.3.8). */
export function asSent(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n');
  return lines.endsWith('\n') ? lines : `${lines}\n`;
}
