/** Whose rights the server has. Dovecot serves no mail as root, so root's tests run it as nobody. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  readonly group: string;
}

export interface InstanceSettings {
  readonly folder: string;
  readonly account: ServerAccount;
  readonly mechanisms: readonly string[];
  readonly pop3Port: number;
  readonly pop3sPort: number;
  /** Whether it takes mail at the socket `lmtp` in its folder. */
  readonly lmtp: boolean;
  /** Where it asks whether an access token is good, for XOAUTH2 and OAUTHBEARER. */
  readonly introspectionUrl: string | undefined;
}

/** dovecot.conf of Dovecot 2.3, every path in it below `folder`. */
export function dovecotSettings({
  folder,
  account,
  mechanisms,
  pop3Port,
  pop3sPort,
  lmtp,
  introspectionUrl,
}: InstanceSettings): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
protocols = pop3${lmtp ? ' lmtp' : ''}
listen = 127.0.0.1
ssl = yes
ssl_cert = <${folder}/server.pem
ssl_key = <${folder}/server.key
disable_plaintext_auth = no
auth_mechanisms = ${mechanisms.join(' ')}
# Tests guess wrongly on purpose: no delay after a failure, none for the address either.
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
mail_max_userip_connections = 1000
mail_location = maildir:~/Maildir
mail_fsync = never
first_valid_uid = 1
pop3_logout_format = retr=%r del=%d of=%m
passdb {
  driver = passwd-file
  args = username_format=%u ${folder}/passwd
}
${introspectionUrl === undefined ? '' : tokenPassdb(folder)}
userdb {
  driver = static
  args = uid=${account.uid} gid=${account.gid} home=${folder}/mail/%u
}
# Without root there is nobody else to become.
default_internal_user = ${account.name}
default_internal_group = ${account.group}
default_login_user = ${account.name}
${lmtp ? lmtpService(folder) : ''}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = ${pop3Port}
  }
  inet_listener pop3s {
    port = ${pop3sPort}
    ssl = yes
  }
}
`;
}

function tokenPassdb(folder: string): string {
  return `
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
`;
}

/** The file that the passdb for access tokens reads: it asks their server (RFC 7662). */
export function oauth2Settings(introspectionUrl: string): string {
  return `
introspection_mode = post
introspection_url = ${introspectionUrl}
username_attribute = sub
active_attribute = active
active_value = true
`;
}

function lmtpService(folder: string): string {
  return `
service lmtp {
  chroot =
  unix_listener ${folder}/lmtp {
    mode = 0666
  }
}
`;
}
