import { basename } from 'node:path';
import { inOneLine } from './append-account.ts';
import type { EffectiveConfig, EffectiveSetting, Origin } from './effective.ts';

/** Where the origins begin; a line that is longer has its own behind it. */
const COLUMN = 46;

/** Effective settings as a configuration would say them, with their origins as comments. `path` as people know it. */
export function effectiveText(
  { top, alerts, hooks, accounts }: EffectiveConfig,
  path: string,
): string {
  const lines = (settings: readonly EffectiveSetting[], indentation: string) =>
    settings.map((setting) => lineOf(setting, indentation, basename(path)));
  const group = (name: string, settings: readonly EffectiveSetting[]) =>
    settings.length === 0 ? [] : [`${name}:`, ...lines(settings, '  ')];
  const blocks = accounts.flatMap(([name, settings]) => [`  ${name}:`, ...lines(settings, '    ')]);
  return [
    `# ${path}`,
    ...lines(top, ''),
    ...group('alerts', alerts),
    ...group('hooks', hooks),
    'accounts:',
    ...blocks,
    '',
  ].join('\n');
}

function lineOf(
  { key, value, origin }: EffectiveSetting,
  indentation: string,
  file: string,
): string {
  return `${`${indentation}${key}: ${inOneLine(value)}`.padEnd(COLUMN - 2)}  # ${words(origin, file)}`;
}

function words(origin: Origin, file: string): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'provider':
      return `known of ${origin.name}`;
    case 'key':
      return `from ${origin.key}`;
    case 'file':
      return `${file}:${origin.line}`;
    case 'defaults':
      return `${file}:${origin.line}, defaults`;
    case 'command line':
    case 'environment':
      return origin.name;
    default:
      return origin satisfies never;
  }
}
