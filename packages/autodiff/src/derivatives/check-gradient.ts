import {
  requireFinite,
  requireKnownOptions,
  requireLength,
  requireObjective,
  ShapeError,
  type FloatArray,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import { key, normal, tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import { asFunction } from './programs.js';
import { requireScalarProgram } from '../checked-program.js';
import { compile } from '../compile.js';
import type { Argument } from '../evaluate.js';
import type { Program } from '../program.js';
import { requireShape } from '../switching/directional-signature.js';
import { inputShapes } from '../switching/variables.js';
import { trace } from '../trace.js';
import { derivativeOptionNames, type DerivativeOptions, type Traceable } from './differentiate.js';
import { valueAndGrad } from './gradient.js';

/** Options of `checkGradient`: what to check, and along which direction. */
export interface CheckOptions extends DerivativeOptions {
  /** What to check; default: the gradient by reverse mode. */
  readonly gradient?: Argument;
  /** Along which direction; default: three pseudo-random ones. */
  readonly direction?: Argument;
}

const checkOptionNames: OptionNames<CheckOptions> = {
  ...derivativeOptionNames,
  gradient: true,
  direction: true,
};

/** The remainder of the first-order Taylor expansion at one step size h. */
export interface TaylorStep {
  readonly step: number;
  /** |f(x + hd) − f(x) − h⟨g, d⟩| */
  readonly remainder: number;
}

/** The answer of `checkGradient`, with the remainders that it was drawn from. */
export interface GradientCheck {
  /**
   * correct: along every direction the remainder falls like h² or vanishes within rounding;
   * wrong: along some direction it falls like h; undecided: neither can be told from rounding.
   */
  readonly verdict: 'correct' | 'wrong' | 'undecided';
  readonly directions: readonly {
    /** Observed order of the remainder at the smallest steps; Infinity where it vanishes within rounding. */
    readonly slope: number;
    readonly steps: readonly TaylorStep[];
    /** What rounding may contribute to a remainder. */
    readonly noise: number;
  }[];
}

/**
 * Taylor's test: a gradient g is right where f(x + hd) − f(x) − h⟨g, d⟩ = O(h²). Errors along d that are smaller than
 * about the root of the rounding unit cannot be seen. At a kink, where f is not
 * differentiable, the verdict is "wrong" unless the direction happens to agree.
 */
export function checkGradient(
  f: Traceable | Program | Objective,
  x: Argument,
  options: CheckOptions = {},
): GradientCheck {
  requireKnownOptions('options', options, checkOptionNames);
  const at = tensor(x);
  requireFinite('x', at.data);
  const { value, gradient } = functionsOf(f, at, options);
  const g = options.gradient === undefined ? gradient() : tensor(options.gradient).data;
  const directions =
    options.direction === undefined
      ? [0, 1, 2].map((seed) => normal(key(seed), at.shape))
      : [tensor(options.direction)];
  for (const { data } of directions) {
    if (data.length !== at.data.length || g.length !== at.data.length) {
      throw new ShapeError('gradient and direction', [g.length, data.length], 'the size of x');
    }
  }
  const checks = directions.map((d) => taylor(value, at.data, g, d.data));
  const slopes = checks.map(({ slope }) => slope);
  const verdict = slopes.some((slope) => slope < 1.5)
    ? 'wrong'
    : slopes.every((slope) => slope > 1.8)
      ? 'correct'
      : 'undecided';
  return { verdict, directions: checks };
}

/** The value anywhere and the gradient at x, by calling an objective or by tracing. */
function functionsOf(
  f: Traceable | Program | Objective,
  x: Tensor,
  options: DerivativeOptions,
): { value: (t: Float64Array) => number; gradient: () => FloatArray } {
  if (typeof f === 'object' && f !== null && 'dimension' in f) {
    requireObjective('f', f);
    requireLength('x', x.data, f.dimension);
    const out = new Float64Array(f.dimension);
    const gradient = (): FloatArray => {
      f.gradient(x.data, out);
      return out;
    };
    return { value: (t) => f.value(t), gradient };
  }
  const program = typeof f === 'function' ? trace(f, [x.shape]) : f;
  requireScalarProgram('f', program);
  requireShape('x', x.shape, inputShapes(program)[0]!);
  const { run } = compile(program);
  const out = new Float64Array(1);
  return {
    value: (t) => {
      run([t], [out]);
      return out[0]!;
    },
    gradient: () => valueAndGrad(asFunction(program), options)(x).gradient.data,
  };
}

const halvings = 24;

function taylor(
  f: (x: Float64Array) => number,
  x: ArrayLike<number>,
  gradient: ArrayLike<number>,
  d: ArrayLike<number>,
): GradientCheck['directions'][number] {
  const f0 = f(Float64Array.from(x));
  let along = 0;
  let size = 0;
  let scale = 0;
  for (let i = 0; i < x.length; i++) {
    along += gradient[i]! * d[i]!;
    size += Math.abs(gradient[i]! * d[i]!);
    scale = Math.max(scale, Math.abs(x[i]! * gradient[i]!));
  }
  const steps: TaylorStep[] = [];
  for (let k = 0; k < halvings; k++) {
    const h = 2 ** -(k + 4);
    const moved = Float64Array.from(x, (entry, i) => entry + h * d[i]!);
    steps.push({ step: h, remainder: Math.abs(f(moved) - f0 - h * along) });
  }
  const noise = 2 ** -50 * (Math.abs(f0) + x.length * scale + size / 16);
  return { slope: finestSlope(steps, noise), steps, noise };
}

/** Mean order over the finest halvings, at most three, that rounding leaves readable. */
function finestSlope(steps: readonly TaylorStep[], noise: number): number {
  const readable = steps.findIndex(({ remainder }) => !(remainder > 64 * noise));
  const last = (readable === -1 ? steps.length : readable) - 1;
  if (last < 0) return Number.isFinite(steps[0]!.remainder) ? Infinity : NaN;
  const next = steps[last + 1]?.remainder ?? Infinity;
  // Gone from one halving to the next: the last kink within the steps was passed, and there is nothing after it.
  if (last === 0 || steps[last]!.remainder > 256 * Math.max(next, 64 * noise)) return Infinity;
  const first = Math.max(0, last - 3);
  return Math.log2(steps[first]!.remainder / steps[last]!.remainder) / (last - first);
}
