import {
  ArgumentError,
  requireCount,
  requireKnownOptions,
  requirePositive,
  type OptionNames,
} from '@nonsmooth/core';
import {
  add,
  elementwise,
  kinksOf,
  mul,
  objective,
  rewriteNodes,
  stopGradient,
  sub,
  where,
  type Program,
  type Value,
} from '@nonsmooth/autodiff';
import { tensor } from '@nonsmooth/tensor';
import { programOf, type Subject } from '../subject.js';
import { eventuallyExact, requireFamily, type ApproximationFamily } from './families.js';
import { reluArguments, switchingExtremes, type ReluArguments } from './switching-values.js';

/** Options of `generalizedGradient`: the family of approximations and the sequence of ε. */
export interface GeneralizedGradientOptions {
  /** Default: `eventuallyExact`, the convention relu'(0) = 0. */
  readonly family?: ApproximationFamily;
  /** The first ε of the sequence. Default 1. */
  readonly epsilon?: number;
  /** ε_{n+1} = ratio·ε_n. Default 1/4. */
  readonly ratio?: number;
  /** At most this many steps before ε jumps below the threshold, or ends. Default 20. */
  readonly steps?: number;
}

const generalizedGradientOptionNames: OptionNames<GeneralizedGradientOptions> = {
  family: true,
  epsilon: true,
  ratio: true,
  steps: true,
};

/** The approximate objective L_ε and its gradient at θ for one ε. */
export interface ApproximateGradient {
  readonly epsilon: number;
  readonly value: number;
  readonly gradient: Float64Array;
  /** ‖∇L_ε(θ) − G(θ)‖_∞. */
  readonly error: number;
}

/** The limit G(θ) of the gradients of smooth approximations, and the sequence that leads to it. */
export interface GeneralizedGradient {
  /** L(θ) with exact ReLU. */
  readonly value: number;
  /** G(θ) = lim ∇L_ε(θ); for a family that only converges, the last gradient of the sequence. */
  readonly gradient: Float64Array;
  readonly sequence: readonly ApproximateGradient[];
  /**
   * m > 0 such that ∇L_ε(θ) = G(θ) for every ε ≤ m: the smallest positive pre-activation (mirrored family:
   * the smallest |negative| one) less its rounding error, ∞ if there is none. 0 for families that only converge.
   */
  readonly threshold: number;
  /** True if `gradient` is the limit itself. */
  readonly exact: boolean;
  /** Pre-activations that are exactly 0, in exact arithmetic; without any, L is C¹ near θ and G(θ) = ∇L(θ). */
  readonly activeKinks: number;
  readonly family: string;
}

/**
 * The generalized gradient G(θ) = lim_{ε→0} ∇L_ε(θ) of Dereich, Do, Jentzen and Weber (arXiv 2501.15646), by
 * its definition: relu is replaced by A_ε throughout the program of the risk, and the gradients of the results
 * are followed along a sequence of ε. For the eventually exact families the sequence is constant from ε ≤ m on,
 * by induction over the layers, so the limit is reached and not extrapolated. Signs of pre-activations are those of
 * the real numbers: below the threshold, arguments of which doubles do not know the sign are replaced by values that
 * have it. For networks with ReLU and an empirical risk G(θ) is a limiting Fréchet subgradient of L; on open sets
 * where L is C¹ it is ∇L.
 * @throws ArgumentError for programs with other kinks (abs, maximum, …): the procedure is defined for relu.
 * @throws HiddenSignError where the sign of a pre-activation cannot be decided.
 */
export function generalizedGradient(
  subject: Subject,
  theta: ArrayLike<number>,
  options: GeneralizedGradientOptions = {},
): GeneralizedGradient {
  requireKnownOptions('options', options, generalizedGradientOptionNames);
  const { family = eventuallyExact, epsilon = 1, ratio = 0.25, steps = 20 } = options;
  requireFamily(family);
  requirePositive({ epsilon, ratio });
  if (!(ratio < 1)) throw new ArgumentError('ratio', ratio, 'numbers between 0 and 1');
  requireCount('steps', steps);
  const program = programOf(subject, theta);
  refuseOtherKinks(program);
  const point = Float64Array.from(theta);
  const relus = reluArguments(program, point);
  const extremes = switchingExtremes(relus);
  const threshold = thresholdOf(family, extremes);
  const approximate = (at: number): Omit<ApproximateGradient, 'error'> => {
    const gradient = new Float64Array(point.length);
    // only below the threshold the activations before it are exact, so that these are the true arguments
    const known = at <= threshold ? relus : undefined;
    const risk = objective(approximation(program, family, at, known), point.length);
    return { epsilon: at, value: risk.gradient(point, gradient), gradient };
  };
  const sequence = epsilons(epsilon, ratio, steps, threshold).map(approximate);
  const { gradient } = sequence[sequence.length - 1]!;
  return {
    value: objective(program, point.length).value(point),
    gradient: gradient.slice(),
    sequence: sequence.map((entry) => ({ ...entry, error: distance(entry.gradient, gradient) })),
    threshold,
    exact: family.inexactSide !== 'none',
    activeKinks: extremes.zeros,
    family: family.name,
  };
}

/**
 * The program with A_ε in place of relu, and slope·x + (1 − slope)·A_ε(x) in place of leakyRelu; at rough arguments,
 * if any are given, with the values that these have in truth.
 */
export function approximation(
  program: Program,
  family: ApproximationFamily,
  epsilon: number,
  known?: readonly ReluArguments[],
): Program {
  const fn = family.at(epsilon);
  let next = 0;
  return rewriteNodes(program, (node, inputs) => {
    if (node.op !== 'relu' && node.op !== 'leakyRelu') return undefined;
    const x = withValues(inputs[0]!, known?.[next++]);
    const approximate = elementwise(fn, x);
    return node.op === 'relu'
      ? approximate
      : add(mul(node.slope, x), mul(1 - node.slope, approximate));
  });
}

/** x, but with the true values where its own are rough. */
export function withValues(x: Value, known: ReluArguments | undefined): Value {
  if (known === undefined || known.rough.length === 0) return x;
  const isRough = new Float64Array(known.values.length);
  for (const i of known.rough) isRough[i] = 1;
  const { shape } = x;
  const values = tensor(known.values, { shape });
  return where(tensor(isRough, { shape }), add(sub(x, stopGradient(x)), values), x);
}

function thresholdOf(
  family: ApproximationFamily,
  extremes: { smallestPositive: number; smallestNegative: number },
): number {
  if (family.inexactSide === 'positive') return extremes.smallestPositive;
  return family.inexactSide === 'negative' ? extremes.smallestNegative : 0;
}

/** ε, ratio·ε, … until two of them are at most the threshold, with a jump to it after `steps`. */
function epsilons(first: number, ratio: number, steps: number, threshold: number): number[] {
  const list: number[] = [];
  for (let at = first; at > 0 && list.length < steps; at *= ratio) {
    list.push(at);
    if (at * ratio <= threshold && at <= threshold) return [...list, at * ratio];
  }
  return threshold > 0 ? [...list, threshold, threshold / 2 || threshold] : list;
}

function refuseOtherKinks(program: Program): void {
  const other = kinksOf(program).find(({ op }) => op !== 'relu' && op !== 'leakyRelu');
  if (other !== undefined) {
    throw new ArgumentError('subject', `a program with ${other.op}`, 'relu as the only kink');
  }
}

function distance(a: Float64Array, b: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
