import { activationKinks, activations, type Activation, type CurvedName } from '@nonsmooth/kernels';
import { activationSeries } from '../polynomial/activation-series.js';

/** σ(z), σ′(z), σ″(z), σ‴(z). */
export type Derivatives = readonly [number, number, number, number];

/** Upper bounds of |σ′|, |σ″|, |σ‴| on an interval; ∞ where a derivative does not exist. */
export type DerivativeBounds = readonly [number, number, number];

/** Suprema over R of |σ′|, …, |σ⁗|, rounded up; those of the two sides for softsign and elu (α = 1). */
const suprema: { readonly [Name in CurvedName]: readonly [number, number, number, number] } = {
  tanh: [1, 0.76981, 2.0001, 4.086],
  logistic: [0.25001, 0.09623, 0.12501, 0.12769],
  softplus: [1, 0.25001, 0.09623, 0.12501],
  gelu: [1.129, 0.79789, 0.77877, 1.59578],
  swish: [1.09985, 0.50001, 0.30819, 0.50001],
  mish: [1.0886, 0.6443, 0.589, 1.102],
  softsign: [1, 2, 6, 24],
  elu: [1, 1, 1, 1],
};

/** Room for the rounding of computed derivatives, relative to their supremum. */
const rounding = 1e-13;

/** Whether σ is made of linear pieces with a kink at 0 or none: its second derivative vanishes within a pattern. */
export function isPiecewiseLinear({ name }: Activation): boolean {
  return activations[name].homogeneous;
}

/** Whether σ is C¹ with a Lipschitz continuous derivative. */
export function isSmooth(activation: Activation): boolean {
  return activationKinks(activation).length === 0;
}

/** Whether the bounds here hold for σ: none do for kinks elsewhere than at 0, nor for a kink of what bends. */
export function hasBounds(activation: Activation): boolean {
  return isPiecewiseLinear(activation) || isSmooth(activation);
}

/** The slope of a piecewise linear activation on the side of z; 0 counts as the negative side. */
export function slopeOf({ name, parameter }: Activation, z: number): number {
  if (name === 'identity' || z > 0) return 1;
  return name === 'leakyRelu' ? (parameter ?? 0.01) : 0;
}

/** σ and its derivatives at z, to a few units of rounding of their suprema; from the left at kinks. */
export function derivativesAt(activation: Activation, z: number): Derivatives {
  const { name } = activation;
  if (isPiecewiseLinear(activation)) {
    const slope = slopeOf(activation, z);
    return [slope * z, slope, 0, 0];
  }
  if (name === 'elu' && z >= 0) return [z, 1, 0, 0];
  if (name === 'softsign' && z === 0) return [0, 1, 0, 0];
  const series = activationSeries(activation, z, 3);
  return [series[0]!, series[1]!, 2 * series[2]!, 6 * series[3]!];
}

/**
 * Bounds of |σ′|, |σ″|, |σ‴| on [z − radius, z + radius]: the value in the middle plus the radius times the next bound,
 * capped by the supremum over R. On a piecewise linear σ the interval must not meet its kink: then ∞.
 * @param at the derivatives at z.
 */
export function boundsAround(
  activation: Activation,
  z: number,
  radius: number,
  at: Derivatives,
): DerivativeBounds {
  const meetsZero = Math.abs(z) <= radius;
  if (isPiecewiseLinear(activation)) {
    if (meetsZero && activation.name !== 'identity') return [Infinity, Infinity, Infinity];
    return [Math.abs(at[1]), 0, 0];
  }
  const sides = activation.name === 'elu' || activation.name === 'softsign';
  if (activation.name === 'elu' && z > radius) return [1, 0, 0];
  const [g1, g2, g3, g4] = suprema[activation.name as CurvedName];
  // the derivatives of elu and softsign jump at 0 from the second on, but the first is Lipschitz continuous
  const s3 = sides && meetsZero ? Infinity : above(at[3], radius * g4, g3);
  const s2 = sides && meetsZero ? g2 : above(at[2], radius * s3, g2);
  return [above(at[1], radius * s2, g1), s2, s3];
}

function above(value: number, change: number, supremum: number): number {
  return Math.min(supremum, Math.abs(value) + change + rounding * supremum);
}
