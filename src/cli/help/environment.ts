import { type Row, rowLines } from './layout.ts';

/** Every variable that the program reads, as people should know it. */
export const environmentVariables: readonly Row[] = [
  ['POPFETCH_CONFIG', 'as --config'],
  ['POPFETCH_STATE_DIR, STATE_DIRECTORY', 'as --state-dir; the second is set by systemd'],
  ['POPFETCH_QUIET', 'as --quiet, unless empty or 0'],
  ['POPFETCH_NO_INPUT', 'as --no-input, unless empty or 0'],
  ['POPFETCH_LOG_LEVEL', 'info is -v, debug is -vv'],
  ['POPFETCH_LOG_FILE', 'as --log-file'],
  ['POPFETCH_LOG_FORMAT', 'as --log-format'],
  ['POPFETCH_EXIT_CODES', 'as --exit-codes'],
  ['NO_COLOR', 'as --no-color, unless empty'],
  ['FORCE_COLOR', 'color where no terminal is seen, too; 0: none'],
  ['TERM', 'dumb: no color and no progress'],
  ['CONFIGURATION_DIRECTORY', 'of systemd: where the configuration is'],
  ['CREDENTIALS_DIRECTORY', 'of systemd: where the passwords of {credential: NAME} are'],
  ['JOURNAL_STREAM', 'of systemd: the log on stderr goes to the journal'],
  ['XDG_CONFIG_HOME', 'in place of ~/.config'],
  ['XDG_STATE_HOME', 'in place of ~/.local/state'],
  ['HOME', 'what ~ stands for'],
  ['PATH, LOGNAME, USER', 'for the commands that the configuration names'],
  ['FETCHMAILHOME, HOME_ETC, FETCHMAILUSER', 'where popfetch import finds fetchmail'],
  ['PASSWORD_STORE_DIR', 'where popfetch init looks for entries of pass'],
  ['DISPLAY, WAYLAND_DISPLAY', 'a browser may be opened for popfetch auth login'],
  ['SSL_CERT_FILE', "certificate authorities in place of the system's"],
  ['NODE_EXTRA_CA_CERTS', 'certificate authorities beside them'],
];

/** `popfetch help environment` */
export function environmentTopic(): string {
  return [
    'Variables of the environment; an option on the command line wins over its own:',
    '',
    ...environmentVariables.flatMap((row) => rowLines(row, 30, '  ')),
  ].join('\n');
}
