import type { FloatArray } from './arrays.js';
import type { DescentLoop, DescentOptions } from './descent-loop.js';
import { requireObject } from './options.js';
import { ArgumentError } from './errors.js';
import { requireCount, requireFunction, requireIndex } from './require.js';

/** A named slice of the flat parameter vector, row-major with this shape. */
export interface ParameterSlice {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/**
 * A function of a flat parameter vector: what flows follow, and what networks and traced programs produce.
 * Calls allocate nothing; `out` receives its result by copy.
 */
export interface Objective {
  readonly dimension: number;
  /** L(θ). */
  value(theta: FloatArray): number;
  /** Writes the gradient into `out` and returns the value. */
  gradient(theta: FloatArray, out: FloatArray): number;
  /** Writes ∇²L(θ)·v into `out`. */
  hessianVector?(theta: FloatArray, v: FloatArray, out: FloatArray): void;
  /** Writes ∇²L(θ), row-major dimension × dimension, into `out`. */
  hessian?(theta: FloatArray, out: FloatArray): void;
  /** Writes the values of the switching functions (zero at a kink) into `out`. */
  switching?(theta: FloatArray, out: FloatArray): void;
  readonly layout?: readonly ParameterSlice[];
  /** Whether the gradient is locally Lipschitz continuous: no kinks, a Hessian almost everywhere. Not known if absent. */
  readonly smooth?: boolean;
}

/** An objective that is a mean over samples and can be descended by random batches. */
export interface SampledObjective extends Objective {
  readonly samples: number;
  /** Gradient and value of the mean over the samples with these indices; repetitions count. */
  batchGradient(theta: FloatArray, indices: Uint32Array, out: FloatArray): number;
  /** A loop that keeps parameters, moments and data in the kernel's memory. */
  descent?(theta: FloatArray, options: DescentOptions): DescentLoop;
}

/** Throws ArgumentError unless `value` has what every objective has: a dimension, `value` and `gradient`. */
export function requireObjective(argument: string, value: unknown): asserts value is Objective {
  requireObject(argument, value);
  const given = value as { readonly [Name in keyof Objective]?: unknown };
  requireCount(`${argument}.dimension`, given.dimension);
  requireFunction(`${argument}.value`, given.value);
  requireFunction(`${argument}.gradient`, given.gradient);
  for (const name of ['hessian', 'hessianVector', 'switching'] as const) {
    if (given[name] !== undefined) requireFunction(`${argument}.${name}`, given[name]);
  }
}

/** Throws ArgumentError unless `value` is a list of named slices of a vector with so many entries. */
export function requireLayout(
  argument: string,
  value: unknown,
  dimension: number,
): asserts value is readonly ParameterSlice[] {
  if (!Array.isArray(value)) throw new ArgumentError(argument, value, 'a list of slices');
  Array.from(value as unknown[]).forEach((slice, i) => {
    const name = `${argument}[${i}]`;
    requireObject(name, slice);
    const given = slice as { readonly [Name in keyof ParameterSlice]?: unknown };
    if (typeof given.name !== 'string') {
      throw new ArgumentError(`${name}.name`, given.name, 'a name');
    }
    if (!Array.isArray(given.shape)) {
      throw new ArgumentError(`${name}.shape`, given.shape, 'a list of extents');
    }
    const extents = Array.from(given.shape as unknown[]);
    extents.forEach((extent, axis) => requireIndex(`${name}.shape[${axis}]`, extent, Infinity));
    const size = (extents as number[]).reduce((product, extent) => product * extent, 1);
    requireIndex(`${name}.offset`, given.offset, dimension - size + 1);
  });
}
