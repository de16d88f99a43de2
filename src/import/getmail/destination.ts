import { shellWord } from '../../util/shell-word.ts';
import type { Draft } from '../draft.ts';
import { mistake } from '../mistake.ts';
import type { Setting, Surroundings } from '../plan.ts';
import { submits } from '../sender.ts';
import type { Section } from './ini.ts';
import { SectionReader } from './section-reader.ts';
import { withUserVars } from './user-vars.ts';

/** Where an account's mail goes; the draft is refused where popfetch has no such destination. */
export class DestinationTranslator {
  readonly #file: string;
  readonly #sections: ReadonlyMap<string, Section>;
  readonly #draft: Draft;
  readonly #around: Surroundings;

  constructor(
    file: string,
    sections: ReadonlyMap<string, Section>,
    draft: Draft,
    around: Surroundings,
  ) {
    this.#file = file;
    this.#sections = sections;
    this.#draft = draft;
    this.#around = around;
  }

  translate(): void {
    const section = this.#sections.get('destination');
    if (section === undefined) throw mistake(this.#file, 1, 'there is no [destination]');
    const all = this.#destinations(section, new Set());
    const [first, second] = all;
    if (first === undefined) return;
    this.#draft.take(section.line, '[destination]', 'deliver', second === undefined ? first : all);
  }

  /** `above`: sections that this one is part of. */
  #destinations(section: Section, above: ReadonlySet<string>): readonly Setting[] {
    const reader = new SectionReader(this.#file, section);
    if (reader.type === 'MultiDestination') return this.#several(reader, above);
    const one = this.#one(reader);
    if (one !== undefined) reader.leaveRest(this.#draft);
    return one === undefined ? [] : [one];
  }

  #several(reader: SectionReader, above: ReadonlySet<string>): readonly Setting[] {
    const { name } = reader.section;
    const line = reader.lineOf('destinations');
    if (above.has(name)) throw mistake(this.#file, line, `[${name}] is part of itself`);
    const within = new Set([...above, name]);
    return (reader.texts('destinations') ?? []).flatMap((text) => {
      const named = /^\[(.+)\]$/.exec(text)?.[1];
      if (named === undefined) return this.#path(text, line);
      const section = this.#sections.get(named);
      if (section === undefined) throw mistake(this.#file, line, `there is no section [${named}]`);
      return this.#destinations(section, within);
    });
  }

  #one(reader: SectionReader): Setting | undefined {
    switch (reader.type) {
      case 'Maildir':
        this.#asUser(reader);
        if (reader.text('filemode') !== undefined && !/^0?600$/.test(reader.needed('filemode')))
          this.#draft.leave(reader.lineOf('filemode'), 'filemode: the mode is 0600');
        return this.#path(reader.needed('path'), reader.lineOf('path'))[0];
      case 'Mboxrd':
        this.#asUser(reader);
        if (reader.text('locktype') === 'flock')
          this.#draft.leave(reader.lineOf('locktype'), 'locktype: fcntl and a dotlock are used');
        return this.#path(reader.needed('path'), reader.lineOf('path'))[0];
      case 'MDA_external':
        return this.#command(reader);
      case 'MDA_lmtp':
        return this.#lmtp(reader);
      default:
        this.#draft.refuse(
          reader.typeLine,
          `${reader.type || 'no type'}: no such destination here`,
        );
        return undefined;
    }
  }

  #path(written: string, line: number): readonly Setting[] {
    const path = withUserVars(written, this.#around);
    if (path?.startsWith('/') === true)
      return [path.endsWith('/') ? { maildir: path } : { mbox: path }];
    const why = path === undefined ? "another user's home folder" : 'not an absolute path';
    this.#draft.refuse(line, `${written}: ${why}`);
    return [];
  }

  #command(reader: SectionReader): Setting | undefined {
    this.#asUser(reader);
    for (const name of ['unixfrom', 'ignore_stderr', 'pipe_stdout', 'allow_root_commands'])
      if (reader.truth(name) !== undefined && name === 'unixfrom')
        this.#draft.leave(reader.lineOf(name), 'unixfrom: the command gets the message alone');
    const argv = [reader.needed('path'), ...(reader.texts('arguments') ?? [])].map(
      (word) =>
        // As getmail does: what is another user's stays as it is.
        withUserVars(word, this.#around) ?? word,
    );
    if (submits(argv[0] ?? '')) this.#draft.set('trace', false);
    if (!argv.some((word) => word.includes('%('))) return { pipe: argv };
    return this.#withSender(argv, reader.lineOf('arguments'));
  }

  /** The sender is told in the environment, which no shell takes apart. */
  #withSender(argv: readonly string[], line: number): Setting | undefined {
    const unknown = argv.join(' ').match(/%\((?!sender\))[^)]*\)/)?.[0];
    if (unknown !== undefined) {
      this.#draft.refuse(line, `arguments: ${unknown} is not known for mail of one user`);
      return undefined;
    }
    const word = (text: string) =>
      text
        .split('%(sender)')
        .map((part) => (part === '' ? '' : shellWord(part)))
        .join('"$POPFETCH_SENDER"');
    this.#draft.change(line, 'arguments: %(sender) is $POPFETCH_SENDER');
    return { pipe: argv.map((text) => (text === '' ? "''" : word(text))).join(' ') };
  }

  #lmtp(reader: SectionReader): Setting | undefined {
    const host = reader.needed('host');
    const port = reader.amount('port') ?? 2003;
    const to = reader.text('override') ?? reader.text('fallback');
    const lmtp = host.startsWith('/') ? `unix:${host}` : `${host}:${port}`;
    if (to !== undefined) return { lmtp, to: [to] };
    this.#draft.refuse(reader.typeLine, 'MDA_lmtp without override: there is no recipient');
    return undefined;
  }

  #asUser(reader: SectionReader): void {
    for (const name of ['user', 'group'])
      if (reader.option(name) !== undefined && reader.text(name) !== this.#around.user)
        this.#draft.leave(reader.lineOf(name), `${name}: popfetch delivers as who runs it`);
  }
}
