import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { importsOf, type SourceFile } from './source-code.ts';

/** What one part of src may import. */
export interface Row {
  /** A folder of src, or a file without its ending; `*` is any one name. */
  readonly part: string;
  /** Parts it may import beside itself. */
  readonly may: readonly string[];
  /** Parts of which it may import types. */
  readonly types?: readonly string[];
  /** Whether it may import what comes with Node. */
  readonly node: boolean;
  readonly packages?: readonly string[];
}

/** `file → import` for each that no row allows. */
export function forbiddenImports(table: readonly Row[], file: SourceFile): string[] {
  const own = placeOf(table, moduleOf(file.path));
  if (own === undefined) return [`${file.path}: its folder has no row in the table`];
  return importsOf(file).flatMap(({ specifier, typeOnly }) => {
    if (specifier === undefined) return [`${file.path} → (computed)`];
    if (!specifier.startsWith('.'))
      return packageAllowed(own.row, specifier) ? [] : [`${file.path} → ${specifier}`];
    const target = posix.join(posix.dirname(file.path), specifier);
    return moduleAllowed(table, own, target, typeOnly) ? [] : [`${file.path} → ${target}`];
  });
}

function packageAllowed({ node, packages = [] }: Row, specifier: string): boolean {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return node;
  return packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

function moduleAllowed(
  table: readonly Row[],
  own: Place,
  path: string,
  typeOnly: boolean,
): boolean {
  if (!path.startsWith('src/')) return false;
  const module = moduleOf(path);
  if (module.startsWith(`${own.prefix}/`)) return true;
  const { part } = placeOf(table, module)?.row ?? {};
  if (part === undefined) return false;
  const { may, types = [] } = own.row;
  const allowed = typeOnly ? [...may, ...types] : may;
  return allowed.includes(part) || (allowed.includes('*') && part !== 'cli');
}

interface Place {
  readonly row: Row;
  /** What of the module's path the row's part stands for. */
  readonly prefix: string;
}

function placeOf(table: readonly Row[], module: string): Place | undefined {
  const names = module.split('/');
  for (const row of table) {
    const wanted = row.part.split('/');
    if (names.length >= wanted.length && wanted.every((name, at) => fits(name, names[at])))
      return { row, prefix: names.slice(0, wanted.length).join('/') };
  }
  return undefined;
}

function fits(wanted: string, name: string | undefined): boolean {
  return wanted === '*' || wanted === name;
}

/** `src/poll/plan.ts` → `poll/plan`. */
function moduleOf(path: string): string {
  return path.replace(/^src\//, '').replace(/\.ts$/, '');
}

/** Circles of modules that need each other to be loaded, one for each import that closes one. */
export function circles(files: readonly SourceFile[]): string[] {
  const imported = new Map(files.map((file) => [file.path, valueImports(file)]));
  const found: string[] = [];
  const done = new Set<string>();
  const follow = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start !== -1) found.push([...trail.slice(start), path].join(' → '));
    if (start !== -1 || done.has(path)) return;
    for (const next of imported.get(path) ?? []) follow(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) follow(path, []);
  return found;
}

function valueImports(file: SourceFile): string[] {
  return importsOf(file).flatMap(({ specifier, typeOnly, lazy }) =>
    typeOnly || lazy || specifier?.startsWith('.') !== true
      ? []
      : [posix.join(posix.dirname(file.path), specifier)],
  );
}
