/** Most polls do without these, or use them once; together with the copies below they were 60 M instructions. */
const rarelyUsed = new Set(
  [
    'assert',
    'child_process',
    'dns/promises',
    'fs/promises',
    'readline',
    'stream',
    'stream/promises',
    'timers/promises',
    'tls',
    'tty',
    'v8',
    'zlib',
  ].map((name) => `node:${name}`),
);

/** `import_node_tls2 = require("node:tls");` as esbuild writes it for an import of one of Node's own modules. */
const imported =
  /^\s*(?:var )?(import_\w+) = (?:require\("(node:[\w/]+)"\)|__toESM\(require\("(node:[\w/]+)"\), 1\));$/gm;

/**
 * Makes a bundle load Node's rarely used modules where they are used, and no copies of their exports anywhere: esbuild
 * wraps a module once for each file that has its default import, property by property.
 */
export function loadBuiltinsLate(bundle) {
  const modules = new Map();
  for (const [, name, plain, wrapped] of bundle.matchAll(imported))
    modules.set(name, { module: plain ?? wrapped, isWrapped: wrapped !== undefined });
  return bundle
    .replace(imported, (line, name) => {
      const { module, isWrapped } = modules.get(name);
      if (rarelyUsed.has(module)) return '';
      return isWrapped ? line.replace(/__toESM\((.*), 1\)/, '$1') : line;
    })
    .replace(/\b(import_\w+)\.(default\b\.?)?/g, (use, name, viaDefault) => {
      const found = modules.get(name);
      if (found === undefined) return use;
      // In parentheses: of `new require("node:dns").Resolver()` the first word would take the call.
      const module = rarelyUsed.has(found.module) ? `(require("${found.module}"))` : name;
      if (viaDefault === undefined) return `${module}.`;
      return viaDefault.endsWith('.') ? `${module}.` : module;
    });
}
