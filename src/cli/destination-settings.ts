import type { DestinationSettings, SingleDestination } from '../config/config.ts';
import { resolveSecret, type SecretContext } from '../config/secret.ts';
import type { KindSettings, SingleSettings } from '../destination/kinds.ts';
import { readPem, systemAuthorities } from '../net/authorities.ts';

/** What the configuration says of a destination as the destination needs it: with secrets and certificates to be had. */
export function destinationSettings(
  deliver: DestinationSettings,
  secrets: SecretContext,
): KindSettings {
  if (deliver.kind !== 'several') return single(deliver, secrets);
  return { ...deliver, parts: deliver.parts.map((part) => single(part, secrets)) };
}

function single(settings: SingleDestination, secrets: SecretContext): SingleSettings {
  if (!('address' in settings)) return settings;
  const { login, tlsCa, ...others } = settings;
  const { SSL_CERT_FILE: systemBundle, NODE_EXTRA_CA_CERTS: extra } = secrets.env;
  return {
    ...others,
    login: login && {
      user: login.user,
      password: () => resolveSecret(login.password, secrets),
    },
    authorities: async () =>
      tlsCa === undefined ? systemAuthorities({ systemBundle, extra }) : [await readPem(tlsCa)],
  };
}
