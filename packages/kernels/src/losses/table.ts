import { bySign, logCosh, logistic, softplus, tanhSlope } from '../activations/scalar-functions.js';
import type { Kinks } from '../kinks.js';
import type { Kink, ParameterTraits } from '../traits.js';
import type { LossName } from './loss.js';
import { entrywise, softmaxLoss, type RowLoss } from './row-loss.js';
import type { TargetKind } from './targets.js';

/** Everything that is known of a loss. The risk is the mean of a sum over outputs, unless it is relative. */
export interface LossTraits {
  /** What stands for it in kernel memory: unique, and never changed. */
  readonly code: number;
  readonly parameter?: ParameterTraits;
  readonly targets: TargetKind;
  /** The kinks in N of the loss of one output at N − y, in ascending order. */
  readonly kinks: (parameter: number) => readonly Kink[];
  /** How often the loss is continuously differentiable in N away from its kinks. */
  readonly smoothness: number;
  /** Which of `Kinks` chooses the derivative at kinks. */
  readonly kinkPolicy: 'relu' | 'abs';
  /** Whether the cotangent of an output is N − y times a common factor: what splines and moments need. */
  readonly quadratic: boolean;
  /** Whether the risk is √(S/T) with the sum S of the losses and T = Σ y²: its common factor depends on θ. */
  readonly relative: boolean;
  /** Common factor of ∂/∂N besides 1/samples, or 1/√(ST) if relative. */
  readonly numerator: number;
  /** The loss of a sample; `atKink` is the chosen constant. */
  readonly row: (parameter: number, atKink: number) => RowLoss;
}

const mean = {
  targets: 'numbers',
  kinks: () => [],
  smoothness: Infinity,
  kinkPolicy: 'abs',
  quadratic: false,
  relative: false,
  numerator: 1,
} as const;

/** r² with the cotangent r = N − y. */
const square = (): RowLoss =>
  entrywise({
    value: (n, y) => (n - y) * (n - y),
    derivative: (n, y) => n - y,
    secondDerivative: () => 1,
  });

/** Every loss. */
export const losses: { readonly [Name in LossName]: LossTraits } = {
  // L = Σ r²/M; dL/dN = 2r/M
  squared: { ...mean, code: 0, quadratic: true, numerator: 2, row: square },
  // L = √(S/T), S = Σ r²; dL/dN = r/√(ST); at S = 0 the subgradient 0 of the norm
  relativeL2: { ...mean, code: 1, quadratic: true, relative: true, row: square },
  // L = Σ_s (log Σ_j exp N_j − N_class)/M
  crossEntropy: { ...mean, code: 2, targets: 'classes', row: () => softmaxLoss },
  // with m = r cut to [−δ, δ]: m(r − m/2), whose derivative is m
  huber: {
    ...mean,
    code: 3,
    parameter: { name: 'delta', default: 1, allowed: 'positive' },
    smoothness: 1,
    row: (delta) => {
      const cut = (r: number): number => Math.min(Math.max(r, -delta), delta);
      return entrywise({
        value: (n, y) => cut(n - y) * (n - y - cut(n - y) / 2),
        derivative: (n, y) => cut(n - y),
        secondDerivative: (n, y) => (Math.abs(n - y) < delta ? 1 : 0),
      });
    },
  },
  // (1 − y)·softplus(N) + y·softplus(−N), no term of which cancels another where y is 0 or 1
  binaryCrossEntropy: {
    ...mean,
    code: 4,
    targets: 'probabilities',
    row: () =>
      entrywise({
        value: (n, y) => (1 - y) * softplus(n) + y * softplus(-n),
        derivative: (n, y) => (1 - y) * logistic(n) - y * logistic(-n),
        secondDerivative: (n) => logistic(n) * logistic(-n),
      }),
  },
  // |r|, with a kink at r = 0
  absoluteError: {
    ...mean,
    code: 5,
    kinks: () => [{ at: 0, left: -1, right: 1 }],
    row: (_, atKink) =>
      entrywise({
        value: (n, y) => Math.abs(n - y),
        derivative: (n, y) => bySign(n - y, -1, atKink, 1),
        secondDerivative: (n, y) => bySign(n - y, 0, 0, 0),
      }),
  },
  // log cosh r, tanh r, 1/cosh² r
  logCosh: {
    ...mean,
    code: 6,
    row: () =>
      entrywise({
        value: (n, y) => logCosh(n - y),
        derivative: (n, y) => Math.tanh(n - y),
        secondDerivative: (n, y) => tanhSlope(n - y),
      }),
  },
};

/** Whether the gradient of the risk by the outputs is Lipschitz continuous, whatever the targets. */
export function isSmoothLoss(name: LossName, parameter: number): boolean {
  const { relative, kinks } = losses[name];
  return !relative && kinks(parameter).length === 0;
}

/** The constant among `kinks` that chooses the derivative of a loss at its kinks. */
export function lossAtKink(name: LossName, kinks: Kinks): number {
  return kinks[losses[name].kinkPolicy];
}
