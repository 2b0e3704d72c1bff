import type { System } from '../system.js';
import type { Restarts } from './progress.js';

/** So many restarts within 1e−7 of the interval are taken for chattering. */
const maxRestarts = 300;

/** Counts a restart at t. @throws IntegrationError where they accumulate */
export function countRestart(
  restarts: Restarts,
  t: number,
  interval: number,
  system: System,
): void {
  system.counts.restarts++;
  if (Math.abs(t - restarts.from) > 1e-7 * interval) {
    restarts.from = t;
    restarts.count = 0;
  } else if (++restarts.count > maxRestarts) {
    system.fail(
      'chattering',
      `${maxRestarts} events or changes of mode from t = ${restarts.from} on: they accumulate or the modes chatter,`,
    );
  }
}
