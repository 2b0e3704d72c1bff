import { deflate, firstCrossing } from '../events/bernstein.js';
import type { Cut } from '../events/event.js';
import { sampledFunctions, type SampledFunctions } from '../events/sampled.js';
import { controlPoints, type Segment } from '../segment.js';
import type { ModeChange, Modes, Switch, Transition } from './modes.js';

export interface ModeWatch<Mode> {
  readonly changes: ModeChange<Mode>[];
  begin(t: number, y: Float64Array, direction: 1 | -1): Mode;
  examine(segment: Segment, mode: Mode): Cut | undefined;
  /** After a whole step. */
  advance(t: number, y: Float64Array, mode: Mode): void;
  /** At a cut: the next mode, or 'stop'. `switched` if it was the modes that cut the step. */
  change(t: number, y: Float64Array, mode: Mode, switched: boolean): Mode | 'stop';
  save(): WatchState;
  restore(state: WatchState, t: number, y: Float64Array, mode: Mode): void;
}

/** What is known of surfaces and guards at the current point, as plain data. */
export interface WatchState {
  readonly sides: readonly number[];
  readonly order: readonly number[];
  /** Of the surfaces and of the guards, as the interpolant of the last step has them; none for surfaces with a screen. */
  readonly values: readonly number[];
  readonly guardValues: readonly number[];
}

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
  const candidates = new Int32Array(2 * count);
  const changes: ModeChange<Mode>[] = [];
  let onSurface: number[] = [];
  let guards: SampledFunctions | undefined;
  let found: Switch[] = [];
  let lastDegree = 0;
  let cutAt = 1;
  let first = Infinity;

  const beginGuards = (t: number, y: Float64Array, mode: Mode): void => {
    const guardCount = modes.guardCount?.(mode) ?? 0;
    guards =
      guardCount > 0
        ? sampledFunctions(
            guardCount,
            dimension,
            (time, state, out) => modes.guards!(time, state, out, mode),
            { samples: 2, dips: false },
          )
        : undefined;
    guards?.begin(t, y);
    guards?.sides.fill(1);
  };

  /** Looks for the first zero of one surface in the step just sampled; keeps the earliest of all. */
  const consider = (index: number): void => {
    let coefficients: Float64Array = Float64Array.from(
      { length: lastDegree + 1 },
      (_, k) => values[k]![index]!,
    );
    for (let round = 0; round < order[index]!; round++) coefficients = deflate(coefficients);
    let side = sides[index]!;
    if (order[index]! > 0) {
      const leading = coefficients.find((value) => value !== 0);
      // identically zero: it stays where it is
      if (leading === undefined) return;
      if (side === 0) side = Math.sign(leading);
    }
    const theta = firstCrossing(coefficients, side);
    if (theta === undefined || theta > first) return;
    if (theta < first) found = [];
    first = theta;
    if (found.some((one) => one.index === index)) return;
    found.push({ kind: 'surface', index, direction: side > 0 ? -1 : 1 });
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
    values[0]!.set(here);
    beginGuards(t, y, mode);
    return mode;
  };

  return {
    changes,
    begin(t, y, direction) {
      const transition = modes.initial(t, y, direction);
      const { notes = [] } = transition;
      if (notes.length > 0) changes.push({ t, switches: [], mode: transition.mode, notes });
      return enter(t, y, transition);
    },

    examine(segment, mode) {
      const { degree: m, start, step } = segment;
      const { screen } = modes;
      controlPoints(segment, points);
      lastDegree = m;
      first = Infinity;
      found = [];
      let length: number;
      if (screen) {
        length = screen.candidates(points, m + 1, candidates, mode);
        for (const index of onSurface) candidates[length++] = index;
        for (let c = 0; c < length; c++) {
          const index = candidates[c]!;
          for (let k = 0; k <= m; k++) {
            values[k]![index] = screen.value(index, start + (k / m) * step, points[k]!, mode);
          }
        }
      } else {
        for (let k = 1; k <= m; k++) {
          modes.surfaces(start + (k / m) * step, points[k]!, values[k]!, mode);
        }
        length = suspects(values, m, sides, order, candidates);
      }
      for (let c = 0; c < length; c++) consider(candidates[c]!);
      const guard = guards?.findFirst(segment);
      if (guard) {
        for (const { index, theta, direction } of guard) {
          if (theta > first) break;
          if (theta < first) found = [];
          first = theta;
          found.push({ kind: 'guard', index, direction });
        }
      }
      cutAt = Math.min(1, first);
      return first === Infinity
        ? undefined
        : { theta: first, action: 'restart', reason: 'change of mode' };
    },

    advance(t, y, mode) {
      const end = values[lastDegree]!;
      if (onSurface.length > 0) {
        const still: number[] = [];
        for (const index of onSurface) {
          // what has left its zero is an ordinary function from here on
          if (hasMoved(index) && end[index] !== 0) {
            order[index] = 0;
            sides[index] = Math.sign(end[index]!);
          } else still.push(index);
        }
        onSurface = still;
      }
      if (modes.screen) {
        // sampled where it is asked for
      } else if (modes.project) modes.surfaces(t, y, values[0]!, mode);
      else values[0]!.set(end);
      guards?.continue();
      guards?.sides.fill(1);
    },

    save: () => ({
      sides: Array.from(sides),
      order: Array.from(order),
      values: modes.screen ? [] : Array.from(values[0]!),
      guardValues: Array.from(guards?.startValues ?? []),
    }),

    restore(state, t, y, mode) {
      sides.set(state.sides);
      order.set(state.order);
      values[0]!.set(state.values);
      onSurface = [...order.keys()].filter((i) => order[i] !== 0);
      beginGuards(t, y, mode);
      guards?.startValues.set(state.guardValues);
    },

    change(t, y, mode, switched) {
      // Surfaces that were zero at the start of the step are so still if they did not move or hardly had time to.
      modes.surfaces(t, y, here, mode);
      const kept = onSurface
        .filter((index) => !hasMoved(index) || cutAt < 1e-6 || here[index]! * sides[index]! < 0)
        .map((index) => {
          const side = sides[index]!;
          const zero = { index, order: order[index] as 1 | 2 };
          return side === 0 ? zero : { ...zero, side: side as 1 | -1 };
        });
      // cut by an event: its reset may have thrown the state across surfaces
      if (!switched) found = [];
      // whatever has changed its sign at this very point switches at once
      for (let i = 0; i < count; i++) {
        if (order[i] !== 0 || here[i]! * sides[i]! > 0) continue;
        if (!switched && here[i] === 0) continue;
        if (found.some((one) => one.kind === 'surface' && one.index === i)) continue;
        found.push({ kind: 'surface', index: i, direction: sides[i]! > 0 ? -1 : 1 });
      }
      if (found.length === 0) return enter(t, y, { mode, onSurface: kept });
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
  let length = 0;
  // five rows at a time, the last ones repeated: degree 4 is the common case
  const row = (k: number): Float64Array => values[Math.min(k, m)]!;
  for (let block = 0; block < m; block += 4) {
    const [v0, v1, v2, v3, v4] = [0, 1, 2, 3, 4].map((k) => row(block + k)) as unknown as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const known = length;
    let next = 0;
    for (let i = 0; i < sides.length; i++) {
      const side = sides[i]!;
      if (
        v0[i]! * side > 0 &&
        v1[i]! * side > 0 &&
        v2[i]! * side > 0 &&
        v3[i]! * side > 0 &&
        v4[i]! * side > 0 &&
        order[i] === 0
      ) {
        continue;
      }
      // found by an earlier block already?
      while (next < known && out[next]! < i) next++;
      if (next < known && out[next] === i) continue;
      out[length++] = i;
    }
    if (block > 0 && length > known) out.subarray(0, length).sort();
  }
  return length;
}
