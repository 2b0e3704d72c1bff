import {
  ArgumentError,
  largest,
  requireKnownOptions,
  requirePositive,
  type OptionNames,
} from '@nonsmooth/core';
import { activations, type Activation, type ActivationName } from '@nonsmooth/kernels';
import { network, type Network } from '@nonsmooth/nets';
import { activationSeries } from './activation-series.js';
import { degree, variables, type Polynomial } from './polynomial.js';

/** A network that approximates a polynomial, with its parameters. */
export interface PolynomialRealization {
  /** A shallow network with at most Σ_monomials Π_i (exponent_i + 1) hidden neurons: equal nodes share one. */
  readonly network: Network;
  readonly theta: Float64Array;
  /** The centre c of the differences. */
  readonly centre: number;
  /** Estimate of the error by rounding, Σ |coefficient|·2ᵖ·ε·|σ(c)|/(hᵖ|σ⁽ᵖ⁾(c)|), for |x_i| ≤ 1. */
  readonly roundingError: number;
}

/** Options of the differences that a realization consists of. */
export interface PolynomialRealizationOptions {
  /** The width of the differences, or one for each degree. Default: ε^{1/(p+2)}, the best order in ε. */
  readonly h?: number | ((degree: number) => number);
  /** Where σ is expanded; needs σ⁽ᵖ⁾(c) ≠ 0 for the degrees p used. Default: ½, and −½ for ELU. */
  readonly centre?: number;
}

const polynomialRealizationOptionNames: OptionNames<PolynomialRealizationOptions> = {
  h: true,
  centre: true,
};

/**
 * A network close to a polynomial, whose parameters go to infinity as h → 0 while its realization tends to the
 * polynomial: each monomial xᵅ of degree p is the central difference
 * Σ_{k ≤ α} (−1)^{p−|k|} Π C(α_i, k_i)·σ(c + h·⟨k − α/2, x⟩) / (hᵖσ⁽ᵖ⁾(c)) = xᵅ + O(h²).
 * These are the well-initialized networks of Kranz, Gallon, Dereich, Jentzen (arXiv 2505.09572).
 * @throws ArgumentError if a derivative needed vanishes at the centre, for a piecewise linear activation, a polynomial
 *   that is constant or of a degree above 170, and an h with which weights overflow.
 */
export function polynomialRealization(
  polynomial: Polynomial,
  activation: ActivationName | Activation,
  options: PolynomialRealizationOptions = {},
): PolynomialRealization {
  requireKnownOptions('options', options, polynomialRealizationOptionNames);
  const n = variables(polynomial);
  const sigma = typeof activation === 'string' ? { name: activation } : activation;
  const centre = options.centre ?? activations[sigma?.name]?.seriesCentre;
  const highest = largest(polynomial.map(degree));
  const series = activationSeries(sigma, centre, highest);

  const neurons = new Map<string, { weights: readonly number[]; outgoing: number }>();
  let outputBias = 0;
  let roundingError = 0;
  for (const monomial of polynomial) {
    const { coefficient, exponents } = monomial;
    const p = degree(monomial);
    if (coefficient === 0) continue;
    if (p === 0) {
      outputBias += coefficient;
      continue;
    }
    const h = differenceWidth(options.h, p);
    const derivative = series[p]! * factorial(p);
    if (Math.abs(derivative) < 1e-12) {
      throw new ArgumentError('centre', centre, `where derivative ${p} of ${sigma.name} is not 0`);
    }
    const scale = coefficient / (h ** p * derivative);
    if (!Number.isFinite(2 ** p * scale)) {
      throw new ArgumentError('h', h, `a width with which no weight of degree ${p} overflows`);
    }
    roundingError += 2 ** p * Number.EPSILON * Math.abs(series[0]! * scale);
    for (const { factor, node } of centralDifference(exponents)) {
      const weights = node.map((position) => h * position);
      const name = weights.join(' ');
      const outgoing = (neurons.get(name)?.outgoing ?? 0) + factor * scale;
      neurons.set(name, { weights, outgoing });
    }
  }
  if (neurons.size === 0) throw new ArgumentError('polynomial', polynomial, 'degree 1 or more');

  const all = [...neurons.values()];
  const net = network([n, all.length, 1], { activation: sigma });
  const theta = Float64Array.from([
    ...all.flatMap(({ weights }) => weights),
    ...all.map(() => centre),
    ...all.map(({ outgoing }) => outgoing),
    outputBias,
  ]);
  return { network: net, theta, centre, roundingError };
}

function differenceWidth(h: PolynomialRealizationOptions['h'], p: number): number {
  const width = typeof h === 'function' ? h(p) : (h ?? Number.EPSILON ** (1 / (p + 2)));
  requirePositive({ h: width });
  return width;
}

/** The nodes k − α/2, 0 ≤ k ≤ α, with factors (−1)^{|α|−|k|} Π C(α_i, k_i). */
function centralDifference(exponents: readonly number[]): { factor: number; node: number[] }[] {
  let terms: { factor: number; node: number[] }[] = [{ factor: 1, node: [] }];
  for (const power of exponents) {
    terms = terms.flatMap(({ factor, node }) =>
      Array.from({ length: power + 1 }, (_, k) => ({
        factor: factor * (-1) ** (power - k) * binomial(power, k),
        node: [...node, k - power / 2],
      })),
    );
  }
  return terms;
}

function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

function binomial(n: number, k: number): number {
  return Math.round(factorial(n) / (factorial(k) * factorial(n - k)));
}
