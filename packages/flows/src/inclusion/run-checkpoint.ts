import type { ExitWatch } from './exits.js';
import type { InclusionCheckpoint, SavedItinerary } from './inclusion-checkpoint.js';
import type { Pieces } from './pieces.js';
import type { RestRule } from './rest.js';
import type { Patience, RunState } from './run-state.js';
import type { SlidingField } from './sliding-field.js';
import type { StateNoise } from './state-noise.js';
import type { KinkWatch } from './watch.js';

/** All that a run carries from step to step. */
export interface RunParts {
  readonly state: RunState;
  readonly field: SlidingField;
  readonly watch: KinkWatch;
  readonly exits: ExitWatch;
  readonly noise: StateNoise;
  readonly rest: RestRule;
  readonly pieces: Pieces;
  readonly leaving: Set<number>;
  readonly reaches: Map<number, number>;
  readonly patience: Patience;
}

/** What a run needs to go on, bit for bit; `itinerary` is what its listener knows. */
export function savedRun(
  { state, field, watch, exits, noise, rest, pieces, leaving, reaches, patience }: RunParts,
  itinerary: SavedItinerary,
): InclusionCheckpoint {
  const { pattern } = field;
  return {
    statistics: pieces.statistics,
    t: state.t,
    y: Array.from(state.y),
    sides: Array.from(pattern.sides),
    tied: Array.from(pattern.tied),
    held: Array.from(pattern.held),
    known: field.known ? Array.from(field.known) : null,
    fresh: watch.saved(),
    leaving: [...leaving],
    reaches: [...reaches],
    judged: {
      expected: patience.expected,
      shortened: patience.shortened,
      retries: patience.retries,
      close: patience.close,
      doubted: patience.isDoubted ? 1 : 0,
      ordinary: state.ordinary,
      nextStep: pieces.nextStep ?? -1,
      ...exits.speedAtEnd,
      noise: noise.size,
      measured: noise.measured,
      ...rest.state,
      restingSince: state.restingSince ?? -1,
    },
    reason: state.reason,
    ...pieces.saved(),
    ...itinerary,
  };
}

/** Puts a run that has not begun where it was saved. */
export function restoreRun(
  { state, field, watch, exits, noise, rest, pieces, leaving, reaches, patience }: RunParts,
  from: InclusionCheckpoint,
): void {
  const { judged } = from;
  const { pattern } = field;
  state.t = from.t;
  state.y.set(from.y);
  pattern.sides.set(from.sides);
  pattern.tied.set(from.tied);
  pattern.held.set(from.held);
  field.kinked.changed(pattern.sides, -1);
  field.enter();
  watch.restore(from.fresh);
  for (const kink of from.leaving) leaving.add(kink);
  for (const [norm, reach] of from.reaches) reaches.set(norm, reach);
  patience.expected = judged.expected;
  patience.shortened = judged.shortened;
  patience.retries = judged.retries;
  patience.close = judged.close;
  patience.isDoubted = judged.doubted === 1;
  state.ordinary = judged.ordinary;
  exits.speedAtEnd = { speed: judged.speed, forces: judged.forces };
  noise.size = judged.noise;
  noise.measured = judged.measured;
  // JSON has null for what is not finite
  rest.state = { ...judged, changedAt: judged.changedAt ?? -Infinity };
  state.restingSince = judged.restingSince < 0 ? undefined : judged.restingSince;
  // the horizon may be a later one
  const isOver = from.reason !== 'at rest' && from.reason !== 'reached t1';
  state.reason = state.t < state.end && !isOver ? '' : from.reason;
  pieces.restore(from);
  if (from.known) field.velocity(Float64Array.from(from.known), new Float64Array(state.y.length));
  field.sweeps = from.counted.rhs;
}
