import { type Call, wordsOf } from './call.ts';
import { execLine, plainValue, type Unit } from './unit.ts';
import { staying } from './user-units.ts';

/**
 * A service of the whole system under a user of its own that exists only while it runs. `credentials` are the names
 * that the configuration says after `password: {credential: NAME}`. Beware: it sees no home folder.
 */
export function systemUnit(call: Call, credentials: readonly string[]): Unit {
  return {
    name: 'popfetch.service',
    text: `# popfetch.service: stays and polls each account when it is due, as a service of the system with hardly any rights.
# Place: /etc/systemd/system/. Configuration: /etc/popfetch/config.yaml, its owner root, and nobody else may write it.
# Mail and state: /var/lib/popfetch/, which is ~ in the configuration, as in: deliver: ~/mail/{account}/
# Each setting says what it stands in the way of: change what is in yours with systemctl edit popfetch.
[Unit]
Description=Fetch mail on schedule
Documentation=man:popfetch(1) man:popfetch.yaml(5)
Wants=network-online.target
After=network-online.target nss-lookup.target

[Service]
Type=exec
ExecStart=${execLine(wordsOf(call, []))}
${staying}
# A user that exists only while this runs. To deliver into somebody's home: DynamicUser=no and User=joe, and then
# what is said at ProtectHome. State in /var/lib/private/popfetch has to be given to that user.
DynamicUser=yes
# /etc/popfetch, with the configuration; read only.
ConfigurationDirectory=popfetch
# /var/lib/popfetch, the only place that can be written: seen lists, mail. Another one takes ReadWritePaths=/srv/mail.
StateDirectory=popfetch
StateDirectoryMode=0700
Environment=HOME=%S/popfetch
# Files of mail are for this user alone. UMask=0027 lets the group of User= read them.
UMask=0077

${credentialLines(credentials)}
# --- Files
# All but StateDirectory= is read only: delivering elsewhere takes ReadWritePaths=.
ProtectSystem=strict
# No home folders: delivering to /home/joe/Maildir takes ProtectHome=tmpfs and BindPaths=/home/joe/Maildir.
ProtectHome=yes
# A /tmp of its own: a command that should find files of others in /tmp does not.
PrivateTmp=yes
# No devices but /dev/null and the like: a password from a smart card or TPM takes PrivateDevices=no.
PrivateDevices=yes
DevicePolicy=closed
# Processes of others are invisible: a password command that asks an agent of another process may need default.
ProtectProc=invisible
# ProcSubset=pid is not set: /proc/sys tells popfetch whether the computer was started anew since a crash.

# --- Rights
# No program gets more rights than this service: procmail for other users (setuid), lockfile for /var/mail (setgid).
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
# Other users are nobody in here: files of root and of the group mail cannot be told apart. For User= and /var/mail: no.
PrivateUsers=yes
# No new setuid or setgid files or folders: a Maildir whose folders inherit their group (chmod g+s) takes no.
RestrictSUIDSGID=yes
# No containers from commands that are delivered to: bwrap, podman.
RestrictNamespaces=yes
# No real-time scheduling. Stands in the way of nothing that handles mail.
RestrictRealtime=yes
# No emulation of other systems (personality(2)): a 32-bit Wine as a delivery command, say.
LockPersonality=yes
# MemoryDenyWriteExecute=yes is not set: Node compiles JavaScript while it runs, and would crash.

# --- Kernel and machine: stands in the way of nothing that handles mail
PrivateMounts=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes

# --- Between processes
# Shared memory and message queues of its own: a command that talks by them to others does not reach them.
PrivateIPC=yes
RemoveIPC=yes
# A key ring of its own: a password command that reads the kernel's key ring (keyctl) finds it empty.
KeyringMode=private

# --- Network
# The internet, and sockets of this computer (LMTP, syslog). Not Bluetooth, not raw packets: no ping from a hook.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX

# --- System calls
# Those that services usually need, and of these none for administration: a command that mounts, traces or sets
# priorities (nice, ionice) is refused with EPERM.
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# No system calls of other architectures: no 32-bit program on a 64-bit system.
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`,
  };
}

function credentialLines(names: readonly string[]): string {
  const what = `# Passwords: systemd reads these files as root, mode 0600, and shows them to this service alone; a line for each
# password: {credential: NAME} of the configuration. The service does not start when one is missing.
`;
  const lines = names.map((name) => `LoadCredential=${loaded(name)}\n`);
  return what + (lines.length > 0 ? lines.join('') : `#LoadCredential=${loaded('gmx.pw')}\n`);
}

function loaded(name: string): string {
  return plainValue(`${name}:/etc/popfetch/${name}`);
}
