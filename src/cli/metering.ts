import type { Config } from '../config/config.ts';
import { asFailure } from '../errors.ts';
import type { Emit } from '../events.ts';
import { metricsText } from '../metrics/metrics.ts';
import { replaceMetrics } from '../metrics/metrics-file.ts';
import { readStatus } from '../state/status.ts';
import type { World } from './world.ts';

/**
 * Writes the figures of all enabled accounts, polled or not, where the configuration wants that. That it cannot is a
 * warning. Never throws.
 */
export function writeMetrics(
  { metricsFile, accounts }: Pick<Config, 'metricsFile' | 'accounts'>,
  stateDir: string,
  { version, now, run }: Pick<World, 'version' | 'now' | 'run'>,
  emit: Emit,
): void {
  if (metricsFile === undefined) return;
  const metered = accounts
    .filter(({ enabled }) => enabled)
    .map(({ name }) => ({ account: name, status: readStatus(stateDir, name) }));
  try {
    replaceMetrics(metricsFile, metricsText(metered, { version, now: now() }), run);
  } catch (thrown) {
    const { message } = asFailure(thrown);
    emit({ type: 'run.notice', text: `cannot write the metrics to ${message}` });
  }
}
