import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner, type Scanner } from 'typescript/unstable/ast/scanner';

/** The repository: tests run from a compiled folder at another depth than their sources. */
export const repository = upwards(import.meta.dirname, 'package.json');

export interface SourceFile {
  /** From the repository, with slashes: `src/poll/plan.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];
}

interface Token {
  readonly kind: SyntaxKind;
  /** What it means: a string without quotes. */
  readonly value: string;
  readonly line: number;
}

export interface Import {
  /** As written between the quotes; undefined where it is computed. */
  readonly specifier: string | undefined;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
  /** Loaded when control comes by, not with the module. */
  readonly lazy: boolean;
}

/** Every TypeScript file below a folder of the repository. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)))
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(repository, path), 'utf8')));
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, tokens: [...tokensOf(text)] };
}

/** `import` and `export ... from` in every form: static, dynamic, of types, and `require`. */
export function importsOf({ tokens }: Pick<SourceFile, 'tokens'>): readonly Import[] {
  return tokens.flatMap((token, at) => {
    const [before, next] = [tokens[at - 1]?.kind, tokens[at + 1]];
    if (before === SyntaxKind.DotToken) return [];
    if (opensModule(token) && next?.kind === SyntaxKind.OpenParenToken)
      return [lazyImport(textOf(tokens[at + 2]), before === SyntaxKind.TypeOfKeyword)];
    if (token.kind === SyntaxKind.ImportKeyword || token.kind === SyntaxKind.ExportKeyword)
      return statement(tokens, at);
    return [];
  });
}

function lazyImport(specifier: string | undefined, typeOnly: boolean): Import {
  return { specifier, typeOnly, lazy: true };
}

/** `import(...)` and `require(...)`. */
function opensModule({ kind, value }: Token): boolean {
  const required = kind === SyntaxKind.RequireKeyword || kind === SyntaxKind.Identifier;
  return kind === SyntaxKind.ImportKeyword || (required && value === 'require');
}

function statement(tokens: readonly Token[], start: number): Import[] {
  const [keyword, first] = tokens.slice(start);
  const bare = textOf(first);
  if (bare !== undefined) return [{ specifier: bare, typeOnly: false, lazy: false }];
  const typeOnly = first?.kind === SyntaxKind.TypeKeyword;
  const clause = tokens[typeOnly ? start + 2 : start + 1]?.kind;
  const lists = clause === SyntaxKind.OpenBraceToken || clause === SyntaxKind.AsteriskToken;
  if (keyword?.kind === SyntaxKind.ExportKeyword && !lists) return [];
  for (let at = start + 1; at < tokens.length; at++) {
    if (tokens[at]?.kind === SyntaxKind.SemicolonToken) return [];
    const specifier = textOf(tokens[at + 1]);
    if (tokens[at]?.kind === SyntaxKind.FromKeyword && specifier !== undefined)
      return [{ specifier, typeOnly, lazy: false }];
  }
  return [];
}

function textOf(token: Token | undefined): string | undefined {
  const isText =
    token?.kind === SyntaxKind.StringLiteral ||
    token?.kind === SyntaxKind.NoSubstitutionTemplateLiteral;
  return isText ? token.value : undefined;
}

/** The tokens of a source text, without comments. */
function* tokensOf(text: string): Generator<Token> {
  const scanner = createScanner(true);
  scanner.setText(text);
  const openBraces: ('template' | 'block')[] = [];
  const lineEnds = lineCounter(text);
  let before: SyntaxKind | undefined;
  for (;;) {
    const kind = nextToken(scanner, before, openBraces);
    if (kind === SyntaxKind.EndOfFile) return;
    yield { kind, value: scanner.getTokenValue() ?? '', line: lineEnds(scanner.getTokenStart()) };
    before = kind;
  }
}

/** The scanner leaves two things to a parser: whether `/` divides, and whether `}` goes on with a template. */
function nextToken(
  scanner: Scanner,
  before: SyntaxKind | undefined,
  openBraces: ('template' | 'block')[],
): SyntaxKind {
  const kind = scanner.scan();
  const divides = before !== undefined && endsOperand.has(before);
  if (startsWithSlash(kind) && !divides) return scanner.reScanSlashToken();
  if (kind === SyntaxKind.TemplateHead) openBraces.push('template');
  if (kind === SyntaxKind.OpenBraceToken) openBraces.push('block');
  if (kind !== SyntaxKind.CloseBraceToken || openBraces.pop() !== 'template') return kind;
  const rest = scanner.reScanTemplateToken(false);
  if (rest === SyntaxKind.TemplateMiddle) openBraces.push('template');
  return rest;
}

function startsWithSlash(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken;
}

/** After these a slash divides. `}` is left out: in this code nothing is divided that ends so. */
const endsOperand: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.PrivateIdentifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.ThisKeyword,
]);

function lineCounter(text: string): (position: number) => number {
  let line = 1;
  let counted = 0;
  return (position) => {
    for (; counted < position; counted++) if (text[counted] === '\n') line++;
    return line;
  };
}

function upwards(folder: string, name: string): string {
  if (existsSync(join(folder, name))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no ${name} above the tests`);
  return upwards(parent, name);
}
