/** The values that a derivative takes where it does not exist: the one place of the kink policy's constants. */
export interface Kinks {
  /** relu'(0), in [0, 1]; leakyRelu'(0) is slope + (1 − slope)·relu'(0). */
  readonly relu: number;
  /** abs'(0), in [−1, 1]. */
  readonly abs: number;
  /** Share of the first argument where max(u, v) or min(u, v) ties, in [0, 1]; n-ary ties split equally. */
  readonly tie: number;
}

/** relu'(0) = 0, abs'(0) = 0, ties split equally. */
export const defaultKinks: Kinks = { relu: 0, abs: 0, tie: 0.5 };
