import { requireIndex } from '@nonsmooth/core';
import { requireMethods } from '../requirements.js';

/** A switching function that has changed its sign. */
export interface Switch {
  readonly kind: 'surface' | 'guard';
  readonly index: number;
  /** From below to above zero or the other way. */
  readonly direction: 1 | -1;
  /** Whether it is proved that the function had no zero earlier in the step, or only seen at samples. */
  readonly evidence: 'proved' | 'sampled';
}

/** The mode that follows, and where the state then is on surfaces. */
export interface Transition<Mode, Note = unknown> {
  readonly mode: Mode;
  /**
   * Surfaces that are zero here up to rounding, and of what order: their functions are divided by θ^order, so that
   * this zero is not found again. `side` is where they are expected to go; without it the first step says.
   * Default: every surface that has switched, with order 1, to the side of its direction.
   */
  readonly onSurface?: readonly {
    readonly index: number;
    readonly order: 1 | 2;
    readonly side?: 1 | -1;
  }[];
  /** What happened, for the record. */
  readonly notes?: readonly Note[];
}

/** What is known of the integration where a mode is chosen. */
export interface SwitchContext {
  /** |h| of the last whole step that neither a cut, nor a retry, nor the end had shortened; 0 before there is one. */
  readonly ordinaryStep: number;
  /** |t1 − t0|. */
  readonly interval: number;
  readonly rtol: number;
  /** One, or one per component. */
  readonly atol: number | Readonly<Float64Array>;
  /** Where in its step the switch happens, from 0 to 1. */
  readonly theta: number;
  /** How often in succession this step has been shortened by the answer 'retry'; 8 at most. */
  readonly retries: number;
}

/**
 * What follows a switch: the next mode; 'stop' or a reason to end the integration; or 'retry', which forgets the step
 * and the switch, tries again with a tenth of the step, and goes back to the former size once a step has succeeded.
 */
export type SwitchAnswer<Mode, Note = unknown> =
  Transition<Mode, Note> | 'stop' | { readonly stop: string } | 'retry';

/**
 * A right-hand side with switches, taken apart into smooth ones. The mode (say, an activation pattern) is held for
 * all stages of a step; a switching function that changes its sign on the dense output ends the step there, and the
 * next mode is chosen by the problem.
 */
export interface Modes<Mode, Note = unknown> {
  /** The first mode; zeros of surfaces at (t0, y0) are its to judge. Time runs forward (1) or backward (−1). */
  initial(
    t: number,
    y: Float64Array,
    direction: 1 | -1,
    context: SwitchContext,
  ): Transition<Mode, Note>;
  /** How many surfaces there are, always or in a mode. */
  readonly count: number | ((mode: Mode) => number);
  /**
   * Writes every surface's switching function. Those affine in (t, y) for a fixed mode are excluded by proof: the
   * signs at the control points of the dense output show that nothing is passed over within the step. Those that do
   * not matter in this mode are constants other than 0.
   */
  surfaces(t: number, y: Float64Array, out: Float64Array, mode: Mode): void;
  /**
   * Marks with 1 the surfaces that are not affine in this mode; undefined if all are. These are sampled at five or
   * more nodes of each step; a crossing of the polynomial through the samples is then found on the function itself.
   */
  curved?(mode: Mode): ArrayLike<number> | undefined;
  /**
   * Writes the derivative by time of every surface's function along y' = `velocity`: of those that are zero at the
   * start of a step this says at once where they go. Default: read off the step's polynomial.
   */
  velocities?(
    t: number,
    y: Float64Array,
    velocity: Float64Array,
    out: Float64Array,
    mode: Mode,
  ): void;
  /** Narrows the search where there are many surfaces, so that a step need not evaluate them all. */
  readonly screen?: SurfaceScreen<Mode>;
  /**
   * Few further functions of any kind that are positive while the mode holds; where one becomes negative is found
   * by sampling. How many there are in this mode:
   */
  guardCount?(mode: Mode): number;
  guards?(t: number, y: Float64Array, out: Float64Array, mode: Mode): void;
  /**
   * Writes the noise of every guard, ≥ 0, at the same arguments and just after `guards`: the mode holds while a guard
   * is above minus its noise, so that it may begin at 0. Default 0.
   */
  guardNoise?(t: number, y: Float64Array, out: Float64Array, mode: Mode): void;
  /** The mode after these switches, which happen at once. */
  onSwitch(
    t: number,
    y: Float64Array,
    switches: readonly Switch[],
    mode: Mode,
    context: SwitchContext,
  ): SwitchAnswer<Mode, Note>;
  /** Puts a state of the mode back on the surfaces it slides on, in place: ends of steps and what is saved of them. */
  project?(t: number, y: Float64Array, mode: Mode): void;
}

/** Throws ArgumentError unless these are modes, as far as can be seen before they are asked. */
export function requireModes<Mode>(modes: Modes<Mode>): void {
  requireMethods('modes', modes, ['initial', 'surfaces', 'onSwitch'], optional);
  if (typeof modes.count !== 'function') requireIndex('modes.count', modes.count, Infinity);
  if (modes.guardCount) requireMethods('modes', modes, ['guards']);
  if (modes.screen !== undefined) requireScreen('modes.screen', modes.screen);
}

const optional = ['curved', 'velocities', 'guardCount', 'guards', 'guardNoise', 'project'];

/** Throws ArgumentError unless `screen` has the functions of one. */
export function requireScreen(argument: string, screen: SurfaceScreen<never>): void {
  requireMethods(argument, screen, ['candidates', 'value']);
}

/** A way to look at few of many surfaces. */
export interface SurfaceScreen<Mode> {
  /**
   * Writes the indices of the surfaces that may have a zero within a step, given the `count` control points of its
   * dense output, and returns how many. Every other one must have one sign at all control points.
   */
  candidates(points: readonly Float64Array[], count: number, out: Int32Array, mode: Mode): number;
  /** One surface's switching function, the same as `surfaces` writes. */
  value(index: number, t: number, y: Float64Array, mode: Mode): number;
}

/** An entry of the itinerary. */
export interface ModeChange<Mode = unknown, Note = unknown> {
  readonly t: number;
  readonly switches: readonly Switch[];
  readonly mode: Mode;
  readonly notes: readonly Note[];
  /** Why the integration ended here, if it did. */
  readonly stop?: string;
}
