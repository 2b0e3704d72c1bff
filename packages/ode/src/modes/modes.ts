/** A switching function that has changed its sign. */
export interface Switch {
  readonly kind: 'surface' | 'guard';
  readonly index: number;
  /** From below to above zero or the other way. */
  readonly direction: 1 | -1;
}

export interface Transition<Mode> {
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
  readonly notes?: readonly string[];
}

/**
 * A right-hand side with switches, taken apart into smooth ones. The mode (say, an activation pattern) is held for
 * all stages of a step; a switching function that changes its sign on the dense output ends the step there, and the
 * next mode is chosen by the problem.
 */
export interface Modes<Mode> {
  /** The first mode; zeros of surfaces at (t0, y0) are its to judge. Time runs forward (1) or backward (−1). */
  initial(t: number, y: Float64Array, direction: 1 | -1): Transition<Mode>;
  /** How many surfaces there are. */
  readonly count: number;
  /**
   * Writes every surface's switching function, affine in (t, y) for a fixed mode: then the signs at the control
   * points of the dense output prove that nothing is passed over within the step. Those that do not matter in this
   * mode are constants other than 0.
   */
  surfaces(t: number, y: Float64Array, out: Float64Array, mode: Mode): void;
  /** Narrows the search where there are many surfaces, so that a step need not evaluate them all. */
  readonly screen?: SurfaceScreen<Mode>;
  /**
   * Few further functions of any kind that are positive while the mode holds; where one becomes negative is found
   * by sampling. How many there are in this mode:
   */
  guardCount?(mode: Mode): number;
  guards?(t: number, y: Float64Array, out: Float64Array, mode: Mode): void;
  /** The mode after these switches, which happen at once; 'stop' ends the integration. */
  onSwitch(
    t: number,
    y: Float64Array,
    switches: readonly Switch[],
    mode: Mode,
  ): Transition<Mode> | 'stop';
  /** Puts the state of an accepted step back on the surfaces it slides on, in place. */
  project?(t: number, y: Float64Array, mode: Mode): void;
}

export interface SurfaceScreen<Mode> {
  /**
   * Writes the indices of the surfaces that may have a zero within a step, given the `count` control points of its
   * dense output, and returns how many. Every other one must have one sign at all control points.
   */
  candidates(points: readonly Float64Array[], count: number, out: Int32Array, mode: Mode): number;
  /** One surface's switching function, the same as `surfaces` writes. */
  value(index: number, t: number, y: Float64Array, mode: Mode): number;
}

export interface ModeChange<Mode = unknown> {
  readonly t: number;
  readonly switches: readonly Switch[];
  readonly mode: Mode;
  readonly notes: readonly string[];
}
