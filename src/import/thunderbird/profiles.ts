import { resolve } from 'node:path';

/** The folder of the profile in use, by a profiles.ini that stands in `folder`; where it names none, those of all. */
export function profileFolders(text: string, folder: string): readonly string[] {
  const sections = sectionsOf(text);
  const profiles = sections.filter(
    ({ name, values }) => /^Profile\d/.test(name) && values.has('Path'),
  );
  const installed = sections
    .filter(({ name }) => name.startsWith('Install'))
    .map(({ values }) => values.get('Default'));
  const inUse =
    profiles.find(({ values }) => installed.includes(values.get('Path'))) ??
    profiles.find(({ values }) => values.get('Default') === '1');
  const chosen = inUse === undefined ? profiles : [inUse];
  return chosen.map(({ values }) => resolve(folder, values.get('Path') ?? ''));
}

interface Section {
  readonly name: string;
  readonly values: Map<string, string>;
}

function sectionsOf(text: string): readonly Section[] {
  const sections: Section[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const name = /^\[(.+)\]\s*$/.exec(line)?.[1];
    const [, key, value = ''] = /^([^=#;]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) sections.push({ name, values: new Map() });
    else if (key !== undefined) sections.at(-1)?.values.set(key.trim(), value.trim());
  }
  return sections;
}
