import type { Run } from '../compute/run.js';

/** The run as a table: one row per saved time, with θ. */
export function csvOf(run: Run): string {
  const { t, loss, speed, norm, lyapunov, invariants, states, dimension } = run;
  const columns: (readonly [string, (k: number) => number])[] = [
    ['t', (k) => t[k]!],
    ['loss', (k) => loss[k]!],
    ['speed', (k) => speed[k]!],
    ['norm', (k) => norm[k]!],
    ...(lyapunov ? [['lyapunov', (k: number) => lyapunov[k]!] as const] : []),
    ...(invariants ? [['invariantsDrift', (k: number) => invariants[k]!] as const] : []),
    ...Array.from(
      { length: dimension },
      (_, i) => [`theta${i}`, (k: number) => states[k * dimension + i]!] as const,
    ),
  ];
  const rows = Array.from(t, (_, k) => columns.map(([, value]) => String(value(k))).join(','));
  return `${[columns.map(([name]) => name).join(','), ...rows].join('\n')}\n`;
}

/** What happened at kinks as a table. */
export function eventsCsvOf({ events }: Run): string {
  const rows = events.map(({ t, kind, layer, neuron, sample }) =>
    [t, kind, layer, neuron, sample].join(','),
  );
  return `${['t,kind,layer,neuron,sample', ...rows].join('\n')}\n`;
}
