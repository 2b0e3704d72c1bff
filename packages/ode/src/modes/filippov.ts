import { IntegrationError } from '../errors.js';
import type { ModalRightHandSide } from '../problem.js';
import type { Modes, SurfaceScreen, Switch, Transition } from './modes.js';

/**
 * y' ∈ field(y) with a switch at each of several surfaces z_i(y) = 0: off where z_i < 0, on where z_i > 0. Every
 * value of `activation` from 0 (off) to 1 (on) must be allowed, with the field affine in each of them.
 */
export interface SwitchedField {
  /** How many surfaces there are. */
  readonly count: number;
  field(t: number, y: Float64Array, out: Float64Array, activation: Float64Array): void;
  /** Writes z(y), affine in y. */
  surfaces(t: number, y: Float64Array, out: Float64Array): void;
  /** Writes d/dt z_i along y' = `velocity`, for every i. Must be exactly 0 where it is structurally. */
  velocities(t: number, y: Float64Array, velocity: Float64Array, out: Float64Array): void;
  /** As in `Modes`; may list surfaces that the solution slides on. */
  readonly screen?: SurfaceScreen<FilippovMode>;
  /** Puts y, in place, on the surfaces listed. */
  project?(t: number, y: Float64Array, sliding: readonly number[]): void;
}

/** Which switches are on, and along which surfaces the solution slides. */
export interface FilippovMode {
  /** 0 or 1 for each surface. */
  readonly on: readonly number[];
  readonly sliding: readonly number[];
  /** Whether time runs backward: what repels then attracts. */
  readonly backward?: boolean;
}

export interface FilippovProblem {
  readonly rhs: ModalRightHandSide<FilippovMode>;
  readonly modes: Modes<FilippovMode>;
  /** Evaluations of the field: two or three for each right-hand side where it slides, and those that decide. */
  readonly fields: { readonly count: number };
}

/**
 * Filippov's solution concept for a switched field, as a right-hand side with modes. At a surface, from the
 * velocities v⁻ (switched off) and v⁺ (switched on) of z, in the direction of the integration:
 *
 *     v⁻ > 0, v⁺ > 0   crosses to on               v⁻ < 0, v⁺ < 0   crosses to off
 *     v⁻ > 0, v⁺ < 0   slides with activation v⁻/(v⁻ − v⁺) until v⁻ or v⁺ is zero: leaves tangentially
 *     v⁻ < 0, v⁺ > 0   repels: not unique; stays off, with the note 'non-unique'
 *     v⁻ = 0 exactly   stops on the surface and stays off ('die'), where it came from on
 *
 * Notes in the itinerary: `on i`, `off i`, `slide i`, `exit-on i`, `exit-off i`, `die i`, `non-unique i`.
 * Filippov, Differential Equations with Discontinuous Righthand Sides, Kluwer 1988, chapter 2.
 * @throws IntegrationError `coupledCorner` where surfaces meet whose velocities depend on each other's switches:
 *   Filippov's concept then leaves the choice open, and this code does not make it.
 */
export function filippov(switched: SwitchedField, dimension: number): FilippovProblem {
  const { count } = switched;
  const fields = { count: 0 };
  const activation = new Float64Array(count);
  const velocity = new Float64Array(dimension);
  const off = new Float64Array(count);
  const on = new Float64Array(count);
  const single = new Float64Array(count);
  const z = new Float64Array(count);
  let backward = false;

  const field = (t: number, y: Float64Array, out: Float64Array): void => {
    fields.count++;
    switched.field(t, y, out, activation);
  };
  /** Velocities in the direction of the integration, with some activations changed. */
  const velocitiesWith = (
    t: number,
    y: Float64Array,
    among: readonly number[],
    value: number,
    out: Float64Array,
  ): void => {
    for (const index of among) activation[index] = value;
    field(t, y, velocity);
    switched.velocities(t, y, velocity, out);
    if (backward) for (let i = 0; i < count; i++) out[i] = -out[i]!;
  };
  const set = (mode: FilippovMode): void => {
    for (let i = 0; i < count; i++) activation[i] = mode.on[i]!;
    backward = mode.backward ?? false;
  };
  /** Activations that keep z' = 0 on all surfaces of the mode's sliding, whose choices are independent. */
  const slide = (t: number, y: Float64Array, { sliding }: FilippovMode): void => {
    velocitiesWith(t, y, sliding, 0, off);
    velocitiesWith(t, y, sliding, 1, on);
    for (const index of sliding) {
      const share = off[index]! / (off[index]! - on[index]!);
      // at the ends of sliding, beyond [0, 1] by rounding or by a step that is about to be cut
      activation[index] = Number.isFinite(share) ? share : 0;
    }
  };

  const requireIndependent = (t: number, y: Float64Array, indices: readonly number[]): void => {
    if (indices.length < 2) return;
    for (const index of indices) {
      for (const other of indices) activation[other] = 0;
      velocitiesWith(t, y, [index], 1, single);
      const alone = single[index]!;
      const size = Math.abs(alone) + Math.abs(on[index]!) + Math.abs(off[index]!);
      if (Math.abs(alone - on[index]!) > 1e-9 * size) {
        throw new IntegrationError(
          'coupledCorner',
          `the switches ${indices.join(', ')} meet and depend on each other (velocity of ${index} on its ` +
            `side on: ${alone} or ${on[index]}),`,
          t,
          0,
          y.slice(),
        );
      }
    }
  };

  /** The mode at a point where these surfaces are zero. */
  const decide = (
    t: number,
    y: Float64Array,
    before: FilippovMode,
    zeros: readonly { readonly index: number; readonly from?: 1 | -1 }[],
    exits: readonly { readonly index: number; readonly to: 1 | -1 }[],
  ): Transition<FilippovMode> => {
    const next = [...before.on];
    let sliding = before.sliding.filter((index) => !exits.some((exit) => exit.index === index));
    const onSurface: { index: number; order: 1 | 2; side?: 1 | -1 }[] = [];
    const notes: string[] = [];
    for (const { index, to } of exits) {
      next[index] = to > 0 ? 1 : 0;
      onSurface.push({ index, order: 2, side: to });
      notes.push(`exit-${to > 0 ? 'on' : 'off'} ${index}`);
    }
    if (zeros.length > 0) {
      set({ ...before, on: next, sliding });
      const indices = zeros.map(({ index }) => index);
      const open = [...sliding, ...indices];
      velocitiesWith(t, y, open, 0, off);
      velocitiesWith(t, y, open, 1, on);
      const decisions = zeros.map(({ index, from }) => ({
        index,
        from,
        minus: off[index]!,
        plus: on[index]!,
      }));
      requireIndependent(t, y, open);
      for (const { index, from, minus, plus } of decisions) {
        if (minus > 0 && plus < 0) {
          sliding = [...sliding, index].sort((p, q) => p - q);
          notes.push(`slide ${index}`);
        } else if (minus > 0 || (from === -1 && minus === 0 && plus > 0)) {
          next[index] = 1;
          onSurface.push(plus === 0 ? { index, order: 1 } : { index, order: 1, side: 1 });
          notes.push(`on ${index}`);
        } else {
          next[index] = 0;
          const stops = minus === 0;
          onSurface.push(stops ? { index, order: 1 } : { index, order: 1, side: -1 });
          if (stops) notes.push(`die ${index}`);
          else if (plus > 0) notes.push(`non-unique ${index}`);
          else if (from !== undefined) notes.push(`off ${index}`);
        }
      }
    }
    return { mode: { ...before, on: next, sliding }, onSurface, notes };
  };

  const rhs: ModalRightHandSide<FilippovMode> = (t, y, out, mode) => {
    set(mode);
    const { sliding } = mode;
    if (sliding.length === 1) {
      // affine in one activation: the field at its ends says all
      const index = sliding[0]!;
      velocitiesWith(t, y, sliding, 0, off);
      out.set(velocity);
      velocitiesWith(t, y, sliding, 1, on);
      const share = off[index]! / (off[index]! - on[index]!);
      if (!Number.isFinite(share)) return;
      for (let i = 0; i < out.length; i++) out[i] = out[i]! + share * (velocity[i]! - out[i]!);
      return;
    }
    if (sliding.length > 1) slide(t, y, mode);
    field(t, y, out);
  };

  const modes: Modes<FilippovMode> = {
    count,
    initial(t, y, direction) {
      switched.surfaces(t, y, z);
      const start: FilippovMode = {
        on: Array.from(z, (value) => (value > 0 ? 1 : 0)),
        sliding: [],
        ...(direction < 0 && { backward: true }),
      };
      const zeros = [...z.keys()].filter((index) => z[index] === 0).map((index) => ({ index }));
      return decide(t, y, start, zeros, []);
    },
    surfaces(t, y, out, mode) {
      switched.surfaces(t, y, out);
      for (const index of mode.sliding) out[index] = 1;
    },
    ...(switched.screen && {
      screen: {
        candidates: (points, length, out, mode) =>
          switched.screen!.candidates(points, length, out, mode),
        value: (index, t, y, mode) =>
          mode.sliding.includes(index) ? 1 : switched.screen!.value(index, t, y, mode),
      } satisfies SurfaceScreen<FilippovMode>,
    }),
    guardCount: (mode) => 2 * mode.sliding.length,
    guards(t, y, out, mode) {
      set(mode);
      slide(t, y, mode);
      mode.sliding.forEach((index, k) => {
        out[2 * k] = off[index]!;
        out[2 * k + 1] = -on[index]!;
      });
    },
    onSwitch(t, y, switches: readonly Switch[], mode) {
      const exits = switches
        .filter(({ kind }) => kind === 'guard')
        .map(({ index }) => ({
          index: mode.sliding[Math.floor(index / 2)]!,
          to: index % 2 === 0 ? (-1 as const) : (1 as const),
        }));
      const zeros = switches
        .filter(({ kind }) => kind === 'surface')
        .map(({ index, direction }) => ({ index, from: -direction as 1 | -1 }));
      return decide(t, y, mode, zeros, exits);
    },
    ...(switched.project && {
      project: (t: number, y: Float64Array, mode: FilippovMode) => {
        if (mode.sliding.length > 0) switched.project!(t, y, mode.sliding);
      },
    }),
  };
  return { rhs, modes, fields };
}
