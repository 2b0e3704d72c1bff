import type { Experiment, State } from './state.js';

const experimentNames = [
  'widths',
  'activation',
  'loss',
  'data',
  'count',
  'level',
  'inputs',
  'targets',
  'start',
  'seed',
  'deviation',
  'biases',
  'theta',
  'dynamics',
  'choice',
  'until',
  'rtol',
  'learningRate',
  'steps',
  'batch',
] as const satisfies readonly (keyof Experiment)[];

/** What a run depends on. */
export function experimentOf(whole: State): Experiment {
  return Object.fromEntries(
    experimentNames.map((name) => [name, whole[name]]),
  ) as unknown as Experiment;
}

/** The run, the other kind of flow beside it, and more seeds behind it. */
export function experimentsOf(whole: State): Experiment[] {
  const first = experimentOf(whole);
  const beside: Experiment[] = whole.beside
    ? [{ ...first, dynamics: first.dynamics === 'normalized' ? 'flow' : 'normalized' }]
    : [];
  const more = Array.from({ length: whole.overlays }, (_, i): Experiment => ({
    ...first,
    start: first.start === 'values' ? 'heNormal' : first.start,
    seed: first.seed + i + 1,
  }));
  return [first, ...beside, ...more];
}
