import { deflate, firstCrossing } from '../events/bernstein.js';
import type { Cut } from '../events/events.js';
import { sampledFunctions, type SampledFunctions } from '../events/sampled.js';
import { controlPoints, type Segment } from '../segment.js';
import type { ModeChange, Modes, Switch, Transition } from './modes.js';

export interface ModeWatch<Mode> {
  readonly changes: ModeChange<Mode>[];
  begin(t: number, y: Float64Array): Mode;
  examine(segment: Segment, mode: Mode): Cut | undefined;
  /** After a whole step. */
  advance(t: number, y: Float64Array, mode: Mode): void;
  /** At a cut: the next mode, or 'stop'. `switched` if it was the modes that cut the step. */
  change(t: number, y: Float64Array, mode: Mode, switched: boolean): Mode | 'stop';
  save(): WatchState;
  restore(state: WatchState, t: number, y: Float64Array, mode: Mode): void;
}

/** Sides and zeros of the surfaces and guards, as plain data. */
export interface WatchState {
  readonly sides: readonly number[];
  readonly order: readonly number[];
  readonly guards: readonly number[];
}

const guardSamples = 2;

export function watchModes<Mode>(
  modes: Modes<Mode>,
  dimension: number,
  degree: number,
): ModeWatch<Mode> {
  const { count } = modes;
  const sides = new Int8Array(count);
  /** Order of the zero that a surface has at the current point. */
  const order = new Int8Array(count);
  const points = Array.from({ length: degree + 1 }, () => new Float64Array(dimension));
  const values = Array.from({ length: degree + 1 }, () => new Float64Array(count));
  const here = new Float64Array(count);
  const candidates = new Int32Array(count);
  const changes: ModeChange<Mode>[] = [];
  let onSurface: number[] = [];
  let guards: SampledFunctions | undefined;
  let found: Switch[] = [];
  let lastDegree = 0;

  const beginGuards = (
    t: number,
    y: Float64Array,
    mode: Mode,
    crossed: readonly number[],
  ): void => {
    const guardCount = modes.guardCount?.(mode) ?? 0;
    guards =
      guardCount > 0
        ? sampledFunctions(
            guardCount,
            dimension,
            (time, state, out) => modes.guards!(time, state, out, mode),
            guardSamples,
          )
        : undefined;
    guards?.advance(t, y, crossed);
  };

  /** Whether a surface that was zero at the start of the last step is not identically zero on it. */
  const hasMoved = (index: number): boolean =>
    values.some((row, k) => k <= lastDegree && row[index] !== values[0]![index]);

  const enter = (
    t: number,
    y: Float64Array,
    { mode, onSurface: zeros = [] }: Transition<Mode>,
  ): Mode => {
    modes.surfaces(t, y, here, mode);
    order.fill(0);
    for (let i = 0; i < count; i++) sides[i] = Math.sign(here[i]!);
    onSurface = zeros.map(({ index }) => index);
    for (const { index, order: degreeOfZero, side = 0 } of zeros) {
      sides[index] = side;
      order[index] = degreeOfZero;
    }
    // exactly zero, though nobody said so
    for (let i = 0; i < count; i++) {
      if (sides[i] === 0 && order[i] === 0) {
        order[i] = 1;
        onSurface.push(i);
      }
    }
    beginGuards(t, y, mode, []);
    return mode;
  };

  return {
    changes,
    begin(t, y) {
      const transition = modes.initial(t, y);
      const { notes = [] } = transition;
      if (notes.length > 0) changes.push({ t, switches: [], mode: transition.mode, notes });
      return enter(t, y, transition);
    },

    examine(segment, mode) {
      const { degree: m, start, step } = segment;
      controlPoints(segment, points);
      lastDegree = m;
      let first = Infinity;
      found = [];
      const consider = (index: number): void => {
        let coefficients: Float64Array = Float64Array.from(
          { length: m + 1 },
          (_, k) => values[k]![index]!,
        );
        for (let round = 0; round < order[index]!; round++) coefficients = deflate(coefficients);
        let side = sides[index]!;
        // identically zero: it stays where it is
        if (order[index]! > 0 && coefficients.every((value) => value === 0)) return;
        if (side === 0) side = Math.sign(coefficients.find((value) => value !== 0)!);
        const theta = firstCrossing(coefficients, side);
        if (theta === undefined || theta > first) return;
        if (theta < first) found = [];
        first = theta;
        found.push({ kind: 'surface', index, direction: side > 0 ? -1 : 1 });
      };
      for (let k = 0; k <= m; k++) {
        modes.surfaces(start + (k / m) * step, points[k]!, values[k]!, mode);
      }
      if (modes.candidates) {
        const length = modes.candidates(points, candidates, mode);
        for (let c = 0; c < length; c++) if (order[candidates[c]!] === 0) consider(candidates[c]!);
        for (const index of onSurface) consider(index);
      } else {
        const length = suspects(values, m, sides, order, candidates);
        for (let c = 0; c < length; c++) consider(candidates[c]!);
      }
      const guard = guards?.find(segment);
      if (guard) {
        for (const { index, theta, direction } of guard) {
          if (theta > first) break;
          if (theta < first) found = [];
          first = theta;
          found.push({ kind: 'guard', index, direction });
        }
      }
      return first === Infinity
        ? undefined
        : { theta: first, action: 'restart', reason: 'change of mode' };
    },

    advance(t, y, mode) {
      const still: number[] = [];
      modes.surfaces(t, y, here, mode);
      for (const index of onSurface) {
        // what has left its zero is an ordinary function from here on
        if (hasMoved(index) && here[index] !== 0) {
          order[index] = 0;
          sides[index] = Math.sign(here[index]!);
        } else still.push(index);
      }
      onSurface = still;
      guards?.advance(t, y, []);
    },

    save: () => ({
      sides: Array.from(sides),
      order: Array.from(order),
      guards: guards ? Array.from(guards.sides) : [],
    }),

    restore(state, t, y, mode) {
      sides.set(state.sides);
      order.set(state.order);
      onSurface = [...order.keys()].filter((i) => order[i] !== 0);
      beginGuards(t, y, mode, []);
      guards?.sides.set(state.guards);
    },

    change(t, y, mode, switched) {
      const kept = onSurface
        .filter((index) => !hasMoved(index))
        .map((index) => ({ index, order: 1 as const }));
      // cut by an event: the state may be another one
      if (!switched) return enter(t, y, { mode, onSurface: kept });
      // whatever has changed its sign at this very point switches at once
      modes.surfaces(t, y, here, mode);
      for (let i = 0; i < count; i++) {
        if (order[i] !== 0 || here[i]! * sides[i]! > 0) continue;
        if (found.some((one) => one.kind === 'surface' && one.index === i)) continue;
        found.push({ kind: 'surface', index: i, direction: sides[i]! > 0 ? -1 : 1 });
      }
      const transition = modes.onSwitch(t, y, found, mode);
      if (transition === 'stop') {
        changes.push({ t, switches: found, mode, notes: ['stop'] });
        return 'stop';
      }
      changes.push({ t, switches: found, mode: transition.mode, notes: transition.notes ?? [] });
      const told =
        transition.onSurface ??
        found
          .filter(({ kind }) => kind === 'surface')
          .map(({ index, direction }) => ({ index, order: 1 as const, side: direction }));
      return enter(t, y, {
        ...transition,
        onSurface: [
          ...told,
          ...kept.filter(({ index }) => !told.some((one) => one.index === index)),
        ],
      });
    },
  };
}

/** Surfaces without the same sign at all control points, or on their zero. */
function suspects(
  values: readonly Float64Array[],
  m: number,
  sides: Int8Array,
  order: Int8Array,
  out: Int32Array,
): number {
  const n = sides.length;
  let length = 0;
  for (let i = 0; i < n; i++) {
    const side = sides[i]!;
    let proved = order[i] === 0;
    for (let k = 0; proved && k <= m; k++) proved = values[k]![i]! * side > 0;
    if (!proved) out[length++] = i;
  }
  return length;
}
