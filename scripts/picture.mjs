// Writes docs/popfetch-once.svg: what `popfetch --once` showed on a real terminal, with three accounts, one of them failing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(import.meta.dirname, '..', 'bin', 'popfetch.cjs');
const command = 'popfetch --once';
const home = mkdtempSync(join(tmpdir(), 'popfetch-picture-'));
const servers = [demoServer(), demoServer()];
try {
  const [first, second] = await Promise.all(servers.map(portOf));
  writeFileSync(join(home, '.popfetchrc'), configuration(first, second), { mode: 0o600 });
  const output = await onTerminal([process.execPath, program, '--once']);
  writeFileSync(join(import.meta.dirname, '..', 'docs', 'popfetch-once.svg'), svgOf(output));
} finally {
  for (const server of servers) server.kill();
  rmSync(home, { recursive: true, force: true });
}

function demoServer() {
  const env = { ...process.env, TMPDIR: home };
  const stdio = ['ignore', 'pipe', 'inherit'];
  return spawn(process.execPath, [program, 'demo', '--serve'], { env, stdio });
}

async function portOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const [, port] = /listens on [\d.]+:(\d+)/.exec(line) ?? [];
    if (port !== undefined) return port;
  }
  throw new Error('the demo server did not start');
}

/** Three maildrops on two servers; the last one has another password. */
function configuration(first, second) {
  const account = (port, password, deliver) =>
    `{host: localhost, port: ${port}, tls: off, user: demo, password: ${password}, deliver: ${deliver}}`;
  return `accounts:
  home: ${account(first, 'demo', '~/Maildir/')}
  work: ${account(second, 'demo', '~/mail/work')}
  club: ${account(first, 'forgotten', '~/Maildir/')}
`;
}

/** What it wrote on a terminal of 80 columns, by script(1). */
async function onTerminal(argv) {
  const line = `stty columns 80 rows 24; exec ${argv.map((word) => `'${word}'`).join(' ')}`;
  const env = { PATH: process.env.PATH, HOME: home, TERM: 'xterm', LANG: 'C.UTF-8' };
  const options = { env, stdio: ['ignore', 'pipe', 'inherit'] };
  const child = spawn('script', ['-qec', line, '/dev/null'], options);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  return output.replaceAll('\r\n', '\n').trimEnd();
}

function svgOf(output) {
  const lines = [`$ ${command}`, ...output.split('\n')];
  const [lineHeight, margin, width] = [20, 16, 720];
  const height = 2 * margin + lines.length * lineHeight;
  const rows = lines.map((line, at) => {
    const y = margin + (at + 0.75) * lineHeight;
    return `  <text x="${margin}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${command} with three accounts, one of them failing">
  <style>
    rect { fill: #1e2127 }
    text { fill: #dcdfe4; font: 14px "DejaVu Sans Mono", Menlo, Consolas, monospace }
    .c31 { fill: #f07178; font-weight: bold }
    .c33 { fill: #ffcb6b; font-weight: bold }
  </style>
  <rect width="100%" height="100%" rx="8"/>
${rows.join('\n')}
</svg>
`;
}

/** Colors become classes; anything else that moves a cursor is nothing that a picture could show. */
function spans(line) {
  const colored = escaped(line).replace(
    /\u001b\[(3[13])m(.*?)\u001b\[39m/g,
    '<tspan class="c$1">$2</tspan>',
  );
  if (colored.includes('\u001b')) throw new Error(`cannot draw ${JSON.stringify(line)}`);
  return colored;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
