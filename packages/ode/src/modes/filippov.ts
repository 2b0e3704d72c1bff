import { requireIndex } from '@nonsmooth/core';
import type { ModalRightHandSide } from '../problem.js';
import { decide } from './filippov-decision.js';
import type { FilippovEvent, FilippovMode } from './filippov-mode.js';
import type { Modes, Switch, Transition } from './modes.js';
import { ActivatedField, requireSwitchedField, type SwitchedField } from './switched-field.js';

/** A switched field as a right-hand side with modes. */
export interface FilippovProblem {
  readonly rhs: ModalRightHandSide<FilippovMode>;
  readonly modes: Modes<FilippovMode, FilippovEvent>;
  /** Evaluations of the field: two or three for each right-hand side where it slides, and those that decide. */
  readonly fields: { readonly count: number };
}

/**
 * Filippov's solution concept for a switched field, as a right-hand side with modes. At a surface, from the
 * velocities v⁻ (switched off) and v⁺ (switched on) of z, in the direction of the integration:
 *
 *     v⁻ > 0, v⁺ > 0   crosses to on               v⁻ < 0, v⁺ < 0   crosses to off
 *     v⁻ > 0, v⁺ < 0   slides with activation v⁻/(v⁻ − v⁺) until v⁻ or v⁺ is zero: leaves tangentially
 *     v⁻ < 0, v⁺ > 0   repels: not unique; stays off, with the event 'nonUnique'
 *     v⁻ = 0 exactly   stops on the surface and stays off ('die'), where it came from on
 *
 * The notes of the itinerary are `FilippovEvent`s.
 * Filippov, Differential Equations with Discontinuous Righthand Sides, Kluwer 1988, chapter 2.
 * @throws IntegrationError `coupledCorner` where surfaces meet whose velocities depend on each other's switches:
 *   Filippov's concept then leaves the choice open, and this code does not make it.
 */
export function filippov(switched: SwitchedField, dimension: number): FilippovProblem {
  requireSwitchedField(switched);
  requireIndex('dimension', dimension, Infinity);
  const activated = new ActivatedField(switched, dimension);
  const rhs: ModalRightHandSide<FilippovMode> = (t, y, out, mode) => {
    const { sliding } = mode;
    activated.set(mode);
    if (sliding.length === 1) {
      activated.evaluateOn(t, y, sliding[0]!, out);
      return;
    }
    if (sliding.length > 1) activated.slide(t, y, sliding);
    activated.evaluate(t, y, out);
  };
  const modes = new FilippovModes(switched, activated);
  return { rhs, modes, fields: activated.fields };
}

/** The surfaces of a switched field and, where it slides, the two velocities that have to keep their signs. */
class FilippovModes implements Modes<FilippovMode, FilippovEvent> {
  readonly count: number;
  readonly screen?: NonNullable<SwitchedField['screen']>;
  readonly project?: (t: number, y: Float64Array, mode: FilippovMode) => void;
  readonly #switched: SwitchedField;
  readonly #activated: ActivatedField;

  constructor(switched: SwitchedField, activated: ActivatedField) {
    this.count = switched.count;
    this.#switched = switched;
    this.#activated = activated;
    const { screen } = switched;
    if (screen) {
      this.screen = {
        candidates: (points, length, out, mode) => screen.candidates(points, length, out, mode),
        value: (index, t, y, mode) =>
          mode.sliding.includes(index) ? 1 : screen.value(index, t, y, mode),
      };
    }
    if (switched.project) {
      this.project = (t, y, { sliding }) => {
        if (sliding.length > 0) switched.project!(t, y, sliding);
      };
    }
  }

  initial(t: number, y: Float64Array, direction: 1 | -1): Transition<FilippovMode, FilippovEvent> {
    const z = new Float64Array(this.count);
    this.#switched.surfaces(t, y, z);
    const start: FilippovMode = {
      on: Array.from(z, (value) => (value > 0 ? 1 : 0)),
      sliding: [],
      ...(direction < 0 && { backward: true }),
    };
    const zeros = [...z.keys()].filter((index) => z[index] === 0).map((index) => ({ index }));
    return decide(this.#activated, t, y, start, zeros, []);
  }

  surfaces(t: number, y: Float64Array, out: Float64Array, { sliding }: FilippovMode): void {
    this.#switched.surfaces(t, y, out);
    for (const index of sliding) out[index] = 1;
  }

  guardCount({ sliding }: FilippovMode): number {
    return 2 * sliding.length;
  }

  guards(t: number, y: Float64Array, out: Float64Array, mode: FilippovMode): void {
    this.#activated.set(mode);
    this.#activated.slide(t, y, mode.sliding);
    mode.sliding.forEach((index, k) => {
      out[2 * k] = this.#activated.off[index]!;
      out[2 * k + 1] = -this.#activated.on[index]!;
    });
  }

  onSwitch(
    t: number,
    y: Float64Array,
    switches: readonly Switch[],
    mode: FilippovMode,
  ): Transition<FilippovMode, FilippovEvent> {
    const exits = switches
      .filter(({ kind }) => kind === 'guard')
      .map(({ index }) => ({
        index: mode.sliding[Math.floor(index / 2)]!,
        to: index % 2 === 0 ? (-1 as const) : (1 as const),
      }));
    const reached = switches
      .filter(({ kind }) => kind === 'surface')
      .map(({ index, direction }) => ({ index, from: -direction as 1 | -1 }));
    return decide(this.#activated, t, y, mode, reached, exits);
  }
}
