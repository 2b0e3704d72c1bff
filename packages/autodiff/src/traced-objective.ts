import type { Dtype, Objective } from '@nonsmooth/core';
import type { KinkPolicy } from './kink-policy.js';
import type { Program } from './program.js';

/** An objective that can show its function: flows need values only, certificates its structure. */
export interface TracedObjective extends Objective {
  /** The same function as a traced program of θ. */
  readonly program?: Program;
  /** Arithmetic of values and derivatives; f64 if absent. */
  readonly dtype?: Dtype;
  /** What derivatives take at kinks; the default constants if absent. */
  readonly kinks?: KinkPolicy;
}
