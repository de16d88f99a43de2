import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { usage } from '../usage.ts';
import { type CommandWords, lastGiven } from './words.ts';

/** What every command that reads the configuration understands. */
export interface GlobalOptions {
  readonly configFile: string | undefined;
  readonly stateDir: string | undefined;
  readonly quiet: boolean;
  /** 0 nothing, 1 info, 2 the protocol dialogue. */
  readonly verbosity: 0 | 1 | 2;
  readonly json: boolean;
  readonly logFile: string | undefined;
  readonly logFormat: AskedLogFormat | undefined;
  readonly input: boolean;
}

/** What can be asked for; the journal's form is chosen by itself. */
type AskedLogFormat = 'pretty' | 'logfmt' | 'json';

export type Env = Readonly<Record<string, string | undefined>>;

export const globalTable = {
  config: {
    alias: 'c',
    type: 'string',
    requiresArg: true,
    coerce: lastGiven,
    describe: 'configuration file, - for stdin',
  },
  'state-dir': {
    type: 'string',
    requiresArg: true,
    coerce: lastGiven,
    describe: 'where the seen lists are kept',
  },
  quiet: { alias: 'q', type: 'boolean', describe: 'print only changes between ok and failing' },
  verbose: { alias: 'v', type: 'count', describe: 'log to stderr; -vv shows the protocol' },
  json: { type: 'boolean', describe: 'JSON lines instead of text' },
  'log-file': {
    type: 'string',
    requiresArg: true,
    coerce: lastGiven,
    describe: 'append a log to this file',
  },
  'log-format': { choices: ['pretty', 'logfmt', 'json'], describe: 'form of the log' },
  input: { type: 'boolean', default: true, describe: 'prompt for secrets (--no-input: never)' },
} as const satisfies CommandWords['options'];

type ParsedGlobals = Partial<ArgumentsCamelCase<InferredOptionTypes<typeof globalTable>>>;

/** What the command line says, and the environment where it says nothing. */
export function globalOptions(args: ParsedGlobals, env: Env): GlobalOptions {
  return {
    configFile: args.config ?? env.POPFETCH_CONFIG,
    stateDir: args.stateDir,
    quiet: args.quiet ?? isSet(env.POPFETCH_QUIET),
    verbosity: verbosityOf(args.verbose ?? 0, env.POPFETCH_LOG_LEVEL),
    json: args.json ?? false,
    logFile: args.logFile ?? env.POPFETCH_LOG_FILE,
    logFormat: logFormatOf(args.logFormat ?? env.POPFETCH_LOG_FORMAT),
    input: (args.input ?? true) && !isSet(env.POPFETCH_NO_INPUT),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function verbosityOf(count: number, level: string | undefined): 0 | 1 | 2 {
  if (count >= 2 || level === 'debug' || level === 'trace') return 2;
  return count === 1 || level === 'info' ? 1 : 0;
}

function logFormatOf(value: string | undefined): AskedLogFormat | undefined {
  switch (value) {
    case undefined:
    case 'pretty':
    case 'logfmt':
    case 'json':
      return value;
    default:
      throw usage(`unknown log format "${value}": pretty, logfmt or json`);
  }
}
