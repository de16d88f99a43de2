import { type Call, wordsOf } from './call.ts';
import { execLine, type Unit } from './unit.ts';

/** The two ways to run in a user's own systemd, each with the unit that is enabled. */
export type UserForm = 'timer' | 'service';

/** The unit that is enabled and started; the others come with it. */
export const mainUnit = { timer: 'popfetch.timer', service: 'popfetch.service' } as const;

/** The units of one form, which belong into one folder. */
export function userUnits(form: UserForm, call: Call): readonly Unit[] {
  switch (form) {
    case 'timer':
      return [timer, onceService(call)];
    case 'service':
      return [stayingService(call)];
    default:
      return form satisfies never;
  }
}

const timer: Unit = {
  name: mainUnit.timer,
  text: `# popfetch.timer: polls every ten minutes. Place: ~/.config/systemd/user/, beside popfetch-once.service.
[Unit]
Description=Fetch mail every ten minutes
Documentation=man:popfetch(1)

[Timer]
OnCalendar=*:0/10
# Not at the full minute, when everybody else comes too.
RandomizedDelaySec=2min
Unit=popfetch-once.service

[Install]
WantedBy=timers.target
`,
};

function onceService(call: Call): Unit {
  return {
    name: 'popfetch-once.service',
    text: `# popfetch-once.service: polls once, started by popfetch.timer. Place: ~/.config/systemd/user/
[Unit]
Description=Fetch mail once
Documentation=man:popfetch(1) man:popfetch.yaml(5)

[Service]
Type=oneshot
# -q: the journal gets a line when an account begins to fail, still fails a day later, or is well again.
ExecStart=${execLine(wordsOf(call, ['--once', '-q']))}
# A network that is away for a while is no failure of this unit; popfetch exits with 69 where it stays away.
SuccessExitStatus=TEMPFAIL
${stopping}`,
  };
}

function stayingService(call: Call): Unit {
  return {
    name: mainUnit.service,
    text: `# popfetch.service: stays and polls each account when it is due. Place: ~/.config/systemd/user/
[Unit]
Description=Fetch mail on schedule
Documentation=man:popfetch(1) man:popfetch.yaml(5)

[Service]
Type=exec
ExecStart=${execLine(wordsOf(call, []))}
${staying}
[Install]
WantedBy=default.target
`,
  };
}

/** On stop, popfetch settles what it has and says QUIT, within ten seconds. */
const stopping = `# To stop, only popfetch is told: it lets a command such as procmail end first. It takes ten seconds at most.
KillMode=mixed
TimeoutStopSec=20s
`;

/** What both services that stay have in common. */
export const staying = `# systemctl reload: read the configuration again.
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=30s
# A wrong command line or configuration does not get better by itself.
RestartPreventExitStatus=USAGE CONFIG
${stopping}`;
