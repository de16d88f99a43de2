import { Draft } from '../draft.ts';
import { mistake } from '../mistake.ts';
import type { NetrcEntry } from '../netrc.ts';
import type { Surroundings } from '../plan.ts';
import { DestinationTranslator } from './destination.ts';
import { parseIni, type Section } from './ini.ts';
import { translateOptions } from './options.ts';
import { type Maildrop, translateRetriever } from './retriever.ts';
import { SectionReader } from './section-reader.ts';
import { withUserVars } from './user-vars.ts';

/** What becomes of one rc file; it holds one account. */
export interface Translated {
  readonly draft: Draft;
  /** Undefined where it is none that could be taken over. */
  readonly maildrop: Maildrop | undefined;
}

/** Reads an rc file. `netrc` gives the text of the .netrc at this place, or of the usual one. */
export function translateRc(
  file: string,
  text: string,
  around: Surroundings,
  netrc: (path: string | undefined) => readonly NetrcEntry[],
): Translated {
  const sections = parseIni(file, text);
  const draft = new Draft(file);
  const retriever = sections.get('retriever');
  if (retriever === undefined) throw mistake(file, 1, 'there is no [retriever]');
  const options = new SectionReader(file, optionsOf(sections));
  const wantsNetrc = options.truth('use_netrc') === true;
  const netrcFile = options.text('netrc_file');
  const entries = wantsNetrc
    ? netrc(netrcFile === undefined ? undefined : withUserVars(netrcFile, around))
    : undefined;
  const maildrop = translateRetriever(new SectionReader(file, retriever), draft, {
    ...around,
    netrc: entries,
  });
  if (maildrop === undefined) return { draft, maildrop };
  new DestinationTranslator(file, sections, draft, around).translate();
  translateOptions(options, draft);
  for (const { name, line } of sections.values())
    if (name.toLowerCase().startsWith('filter'))
      draft.leave(line, `[${name}]: there are no filters; a command of deliver can be one`);
  return { draft, maildrop };
}

/** With what [DEFAULT] says, which counts for no other section. */
function optionsOf(sections: ReadonlyMap<string, Section>): Section {
  const [defaults, own] = [sections.get('DEFAULT'), sections.get('options')];
  const options = new Map([...(defaults?.options ?? []), ...(own?.options ?? [])]);
  return { name: 'options', line: own?.line ?? defaults?.line ?? 1, options };
}
