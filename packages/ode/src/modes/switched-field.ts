import { requireIndex } from '@nonsmooth/core';
import { IntegrationError } from '../errors.js';
import { requireMethods } from '../requirements.js';
import type { FilippovMode } from './filippov-mode.js';
import { requireScreen, type SurfaceScreen } from './modes.js';

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

/** Throws ArgumentError unless the field has its functions. */
export function requireSwitchedField(switched: SwitchedField): void {
  requireMethods('switched', switched, ['field', 'surfaces', 'velocities'], ['project']);
  requireIndex('switched.count', switched.count, Infinity);
  if (switched.screen !== undefined) requireScreen('switched.screen', switched.screen);
}

/** A switched field under given activations, and how fast it moves the switching functions. */
export class ActivatedField {
  /** Evaluations of the field. */
  readonly fields = { count: 0 };
  /** Velocities of z in the direction of the integration, with the last switches asked about off and on. */
  readonly off: Float64Array;
  readonly on: Float64Array;
  readonly #switched: SwitchedField;
  readonly #activation: Float64Array;
  readonly #velocity: Float64Array;
  readonly #single: Float64Array;
  #backward = false;

  constructor(switched: SwitchedField, dimension: number) {
    const { count } = switched;
    this.#switched = switched;
    this.#activation = new Float64Array(count);
    this.#velocity = new Float64Array(dimension);
    this.off = new Float64Array(count);
    this.on = new Float64Array(count);
    this.#single = new Float64Array(count);
  }

  /** Sets every activation to that of a mode. */
  set({ on, backward = false }: FilippovMode): void {
    for (let i = 0; i < this.#activation.length; i++) this.#activation[i] = on[i]!;
    this.#backward = backward;
  }

  /** The field with the activations that are set. */
  evaluate(t: number, y: Float64Array, out: Float64Array): void {
    this.fields.count++;
    this.#switched.field(t, y, out, this.#activation);
  }

  /** Computes `off` and `on` for these switches together. */
  compare(t: number, y: Float64Array, among: readonly number[]): void {
    this.#velocitiesWith(t, y, among, 0, this.off);
    this.#velocitiesWith(t, y, among, 1, this.on);
  }

  /** Sets the activations that keep z' = 0 on these surfaces, whose choices are independent. */
  slide(t: number, y: Float64Array, sliding: readonly number[]): void {
    this.compare(t, y, sliding);
    for (const index of sliding) {
      const share = this.#share(index);
      // at the ends of sliding, beyond [0, 1] by rounding or by a step that is about to be cut
      this.#activation[index] = Number.isFinite(share) ? share : 0;
    }
  }

  /** The field that slides on one surface: affine in one activation, so that its ends say all. */
  evaluateOn(t: number, y: Float64Array, index: number, out: Float64Array): void {
    const among = [index];
    this.#velocitiesWith(t, y, among, 0, this.off);
    out.set(this.#velocity);
    this.#velocitiesWith(t, y, among, 1, this.on);
    const share = this.#share(index);
    if (!Number.isFinite(share)) return;
    for (let i = 0; i < out.length; i++) {
      out[i] = out[i]! + share * (this.#velocity[i]! - out[i]!);
    }
  }

  /** After `compare` of these switches. @throws IntegrationError where the velocity of one depends on another */
  requireIndependent(t: number, y: Float64Array, indices: readonly number[]): void {
    if (indices.length < 2) return;
    for (const index of indices) {
      for (const other of indices) this.#activation[other] = 0;
      this.#velocitiesWith(t, y, [index], 1, this.#single);
      const alone = this.#single[index]!;
      const together = this.on[index]!;
      const size = Math.abs(alone) + Math.abs(together) + Math.abs(this.off[index]!);
      if (Math.abs(alone - together) > 1e-9 * size) {
        throw new IntegrationError(
          'coupledCorner',
          `the switches ${indices.join(', ')} meet and depend on each other (velocity of ${index} on its ` +
            `side on: ${alone} or ${together}),`,
          t,
          0,
          y.slice(),
        );
      }
    }
  }

  #share(index: number): number {
    return this.off[index]! / (this.off[index]! - this.on[index]!);
  }

  #velocitiesWith(
    t: number,
    y: Float64Array,
    among: readonly number[],
    value: number,
    out: Float64Array,
  ): void {
    for (const index of among) this.#activation[index] = value;
    this.evaluate(t, y, this.#velocity);
    this.#switched.velocities(t, y, this.#velocity, out);
    if (this.#backward) for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  }
}
