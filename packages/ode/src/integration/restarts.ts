import type { System } from '../system.js';
import { spacing } from '../time.js';
import type { Restarts } from './progress.js';

/** So many restarts within 1e−7 of the interval are taken for chattering. */
const maxRestarts = 300;

/** So many ever shorter times between events are taken for a sequence that converges. */
const shortenings = 5;

/** Notes the time of a cut by an event. @throws IntegrationError where the next one could hardly be told apart */
export function noteReset(restarts: Restarts, t: number, system: System): void {
  const interval = Math.abs(t - restarts.lastReset);
  restarts.shrinking = interval < (1 - 1e-6) * restarts.lastInterval ? restarts.shrinking + 1 : 0;
  restarts.lastInterval = interval;
  restarts.lastReset = t;
  if (interval <= 32 * spacing(t)) failIfZeno(restarts, system);
}

/** Fails with reason `zeno` if the last events came at ever shorter intervals. */
export function failIfZeno({ shrinking, lastReset }: Restarts, system: System): void {
  if (shrinking < shortenings) return;
  system.fail(
    'zeno',
    `events accumulate: the last ${shrinking + 1} came at ever shorter intervals, up to t = ${lastReset};` +
      ' a terminal event or a count of occurrences would end the integration before,',
  );
}

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
    failIfZeno(restarts, system);
    system.fail(
      'chattering',
      `${maxRestarts} events or changes of mode from t = ${restarts.from} on: they accumulate or the modes chatter,`,
    );
  }
}
