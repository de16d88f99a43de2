import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of the packages whose code is in a bundle, from esbuild's metafile; what is only looked at is not. */
export function bundledPackages(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  const folders = inputs.map(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

/** Who wrote what is in the bundle, and under which terms: licences ask for that wherever copies go. */
export function noticesOf(folders) {
  const packages = folders.map(noticeOf).sort((a, b) => (a.title < b.title ? -1 : 1));
  const list = packages.map(({ title, license }) => `  ${title}  ${license}`);
  const texts = packages.map(({ title, text }) => `${'-'.repeat(78)}\n${title}\n\n${text}\n`);
  return `popfetch contains code of these packages, each under its own licence, which stands below.

${list.join('\n')}

${texts.join('\n')}`;
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (license === undefined) throw new Error(`${folder} names no licence`);
  const who = typeof author === 'object' ? author.name : author;
  // Some packages name their licence and forget its text.
  const text = texts.length > 0 ? texts.join('\n\n') : `${license} licence; author: ${who ?? name}`;
  return { title: `${name} ${version}`, license, text };
}
