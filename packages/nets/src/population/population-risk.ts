import {
  ArgumentError,
  requireFinite,
  requireKnownOptions,
  requireLength,
  requireOutput,
  ShapeError,
  type FloatArray,
  type Objective,
  type ParameterSlice,
} from '@nonsmooth/core';
import { requireNetwork, type Network } from '../network.js';
import {
  isPiecewise,
  toPiecewise,
  type Coefficients,
  type PiecewisePolynomial,
} from './piecewise-polynomial.js';
import { requireDensity, toSegments, type Segment } from './segments.js';
import { createShallowIntegrals } from './shallow-integrals.js';

/** The interval, the target and the density of a population risk. */
export interface PopulationRiskData {
  /** [a, b], a < b. */
  readonly interval: readonly [number, number];
  /** f, one per output; coefficients (constant first) stand for one polynomial on the whole interval. */
  readonly target:
    PiecewisePolynomial | Coefficients | readonly (PiecewisePolynomial | Coefficients)[];
  /** p ≥ 0, of any mass. Default: the uniform distribution, 1/(b − a). */
  readonly density?: PiecewisePolynomial | Coefficients;
}

/** The exact squared risk of a shallow ReLU network on an interval with a piecewise polynomial density. */
export interface PopulationRisk extends Objective {
  readonly network: Network;
  readonly layout: readonly ParameterSlice[];
  readonly interval: readonly [number, number];
  /** ∫p, ∫x·p and ∫x²·p. */
  readonly moments: readonly [number, number, number];
  /** The interval cut where a target or the density changes its polynomial. */
  readonly segments: readonly Segment[];
  hessianVector(theta: FloatArray, v: FloatArray, out: FloatArray): void;
  hessian(theta: FloatArray, out: FloatArray): void;
  /**
   * Writes lim_{t↓0} G(θ + t·approach) into `out` and returns L(θ). If `approach` moves every degenerate neuron
   * (w_i, b_i) = (0, 0) this is a Bouligand subgradient, and all are found so: the part of such a neuron is
   * 2Σ_j v_{ji}∫_S R_j·(x, 1)p over S = {δw_i x + δb_i > 0}: ∅, [a, b], {x > t} or {x < t}.
   */
  bouligandGradient(theta: FloatArray, approach: FloatArray, out: FloatArray): number;
  /** L′(θ; δ) = lim_{t↓0} (L(θ + tδ) − L(θ))/t, which exists everywhere. */
  directionalDerivative(theta: FloatArray, direction: FloatArray): number;
  /** The neurons i at which L is not differentiable by this criterion: (w_i, b_i) = (0, 0), some v_{ji} ≠ 0. */
  degenerateNeurons(theta: FloatArray): number[];
}

const risks = new WeakSet<Objective>();

/** Whether an objective is what `populationRisk` made. */
export function isPopulationRisk(objective: Objective): objective is PopulationRisk {
  return risks.has(objective);
}

/**
 * L(θ) = Σ_j ∫_a^b (N_θ(x)_j − f_j(x))² p(x) dx for a shallow ReLU network N_θ(x) = Σ_i v_i relu(w_i x + b_i) + c
 * on an interval, f and p piecewise polynomial: no sampling, exact up to rounding (Gauss–Legendre between sorted
 * breakpoints −b_i/w_i and knots).
 *
 * - `gradient` is the generalized gradient G of arXiv 2501.15646: ∇L wherever L is C¹, that is unless some
 *   (w_i, b_i) = (0, 0) with v_i ≠ 0; such neurons contribute 0. Neurons with w_i = 0 are constant (b_i > 0) or dead.
 * - `hessianVector` and `hessian` are exact where L is C²: no degenerate neuron, no breakpoint on an end of the
 *   interval or on a jump of f·p. There they take the neuron as dead, the breakpoint as outside, the mean of both
 *   sides.
 * - A NaN or infinity in θ gives NaN everywhere.
 *
 * @throws ArgumentError unless the network has one input, one hidden layer, relu and no normalization.
 * @throws ArgumentError, ShapeError or NonFiniteError for a wrong interval, target or density (negative, zero).
 */
export function populationRisk(net: Network, data: PopulationRiskData): PopulationRisk {
  requireNetwork('net', net);
  requireShallowRelu(net);
  if (typeof data !== 'object' || data === null) {
    throw new ArgumentError('data', data, '{ interval, target, density? }');
  }
  requireKnownOptions('data', data, ['interval', 'target', 'density']);
  const interval = toInterval(data.interval);
  const outputs = net.widths[2]!;
  const targets = toTargets(data.target, outputs, interval);
  const uniform = [1 / (interval[1] - interval[0])];
  const density = toPiecewise('density', data.density ?? uniform, interval);
  const segments = toSegments(targets, density, interval);
  requireDensity(density, segments);

  const neurons = net.widths[1]!;
  const integrals = createShallowIntegrals(neurons, outputs, segments);
  const scratch = new Float64Array(net.dimension);
  const unit = new Float64Array(net.dimension);

  function bouligandGradient(theta: FloatArray, approach: FloatArray, out: FloatArray): number {
    requireLength('theta', theta, net.dimension);
    requireLength('approach', approach, net.dimension);
    requireFinite('approach', approach);
    requireOutput('out', out, net.dimension);
    const value = integrals.risk(theta, approach);
    integrals.gradient(theta, out);
    return value;
  }

  const made: PopulationRisk = {
    network: net,
    dimension: net.dimension,
    layout: net.layout,
    interval,
    moments: integrals.densityMoments(),
    segments,
    value(theta) {
      requireLength('theta', theta, net.dimension);
      return integrals.risk(theta);
    },
    gradient(theta, out) {
      requireLength('theta', theta, net.dimension);
      requireOutput('out', out, net.dimension);
      const value = integrals.risk(theta);
      integrals.gradient(theta, out);
      return value;
    },
    bouligandGradient,
    directionalDerivative(theta, direction) {
      bouligandGradient(theta, direction, scratch);
      return scratch.reduce((sum, slope, i) => sum + slope * direction[i]!, 0);
    },
    hessianVector(theta, v, out) {
      requireLength('theta', theta, net.dimension);
      requireLength('v', v, net.dimension);
      requireOutput('out', out, net.dimension);
      integrals.risk(theta);
      integrals.prepareHessian(theta);
      integrals.hessianVector(theta, v, out);
    },
    hessian(theta, out) {
      const d = net.dimension;
      requireLength('theta', theta, net.dimension);
      requireOutput('out', out, d * d);
      integrals.risk(theta);
      integrals.prepareHessian(theta);
      for (let row = 0; row < d; row++) {
        unit[row] = 1;
        integrals.hessianVector(theta, unit, scratch);
        unit[row] = 0;
        for (let column = 0; column < d; column++) out[row * d + column] = scratch[column]!;
      }
    },
    degenerateNeurons(theta) {
      requireLength('theta', theta, net.dimension);
      const outgoing = (i: number): boolean =>
        Array.from({ length: outputs }, (_, j) => theta[(2 + j) * neurons + i]).some(
          (v) => v !== 0,
        );
      return Array.from({ length: neurons }, (_, i) => i).filter(
        (i) => theta[i] === 0 && theta[neurons + i] === 0 && outgoing(i),
      );
    },
  };
  risks.add(made);
  return made;
}

function requireShallowRelu(net: Network): void {
  if (net.widths.length !== 3 || net.widths[0] !== 1) {
    throw new ArgumentError('net.widths', net.widths, '[1, hidden, outputs]: one hidden layer');
  }
  if (net.activation.name !== 'relu') {
    throw new ArgumentError('net.activation', net.activation.name, 'relu');
  }
  if (net.batchNormalization) {
    throw new ArgumentError('net.batchNormalization', true, 'false: the risk has no batches');
  }
}

function toInterval(interval: readonly [number, number]): readonly [number, number] {
  if (interval?.length !== 2) throw new ShapeError('interval', interval, 'two ends [a, b]');
  requireFinite('interval', interval);
  const [a, b] = interval;
  if (!(a < b && b - a < Infinity)) throw new ArgumentError('interval', interval, 'ends a < b');
  return [a, b];
}

function toTargets(
  target: PopulationRiskData['target'],
  outputs: number,
  interval: readonly [number, number],
): PiecewisePolynomial[] {
  const list = isPiecewise(target) || isCoefficients(target) ? [target] : target;
  if (!Array.isArray(list) || list.length !== outputs) {
    throw new ShapeError('target', target, `${outputs} polynomials, one per output`);
  }
  return (list as readonly (PiecewisePolynomial | Coefficients)[]).map((f, j) =>
    toPiecewise(list.length === 1 ? 'target' : `target[${j}]`, f, interval),
  );
}

function isCoefficients(value: unknown): value is Coefficients {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'number';
}
