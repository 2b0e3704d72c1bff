import type { FloatArray } from '@nonsmooth/core';
import { gaussLegendre } from './gauss-legendre.js';
import { createPartition, cutInterval, sumOverNeurons, sumOverPieces } from './partition.js';
import { evaluatePolynomial } from './piecewise-polynomial.js';
import { highestDegree, type Segment } from './segments.js';

// θ = (w_1 … w_H, b_1 … b_H, v_{11} … v_{1H}, …, v_{m1} … v_{mH}, c_1 … c_m), R = N − f. On piece k of the partition
// N_j is the affine function slope[j][k]·x + intercept[j][k].

/** The integrals of a shallow ReLU network over the pieces between its breakpoints; allocates once. */
export interface ShallowIntegrals {
  /** ∫p, ∫x·p, ∫x²·p. */
  densityMoments(): [number, number, number];
  /** L(θ), keeping what `gradient` and `prepareHessian` need; NaN if θ is not finite. */
  risk(theta: FloatArray, approach?: FloatArray): number;
  /** G of the θ of the last `risk`. */
  gradient(theta: FloatArray, out: FloatArray): void;
  /** After `risk` of the same θ: what all products with the Hessian share. */
  prepareHessian(theta: FloatArray): void;
  /** ∇²L·v of the θ of the last `prepareHessian`. */
  hessianVector(theta: FloatArray, v: FloatArray, out: FloatArray): void;
}

/** Reserves memory for the integrals of a shallow network of this shape. */
export function createShallowIntegrals(
  neurons: number,
  outputs: number,
  segments: readonly Segment[],
): ShallowIntegrals {
  const partition = createPartition(neurons, segments.length);
  const { pieces, cuts, segment, breakpoints, from } = partition;
  const rule = ruleFor(segments);
  const perOutput = (length: number): Float64Array[] =>
    Array.from({ length: outputs }, () => new Float64Array(length));
  const slope = perOutput(pieces);
  const intercept = perOutput(pieces);
  // ∫R_j·p and ∫R_j·x·p over each piece, and over the pieces on which each neuron is active.
  const residual = [perOutput(pieces), perOutput(pieces)] as const;
  const activeResidual = [perOutput(neurons), perOutput(neurons)] as const;
  // ∫p, ∫x·p, ∫x²·p over each piece.
  const mass = [0, 1, 2].map(() => new Float64Array(pieces)) as Triple<Float64Array>;
  // 2Σ_j v_{ji}R_j(x_i)p(x_i)/|w_i| at the breakpoint x_i.
  const bend = new Float64Array(neurons);
  // Per neuron and per piece, for one direction of differentiation.
  const amounts = new Float64Array(neurons);
  const tangentSlope = new Float64Array(pieces);
  const tangentIntercept = new Float64Array(pieces);
  const tangent = [new Float64Array(pieces), new Float64Array(pieces)] as const;
  const activeTangent = [new Float64Array(neurons), new Float64Array(neurons)] as const;
  let finite = true;

  const outgoing = (j: number): number => (2 + j) * neurons;
  const shift = (j: number): number => (2 + outputs) * neurons + j;

  /** The affine pieces of every output. */
  function realize(theta: FloatArray): void {
    for (let j = 0; j < outputs; j++) {
      const v = outgoing(j);
      for (let i = 0; i < neurons; i++) amounts[i] = theta[v + i]! * theta[i]!;
      sumOverNeurons(partition, amounts, slope[j]!);
      for (let i = 0; i < neurons; i++) amounts[i] = theta[v + i]! * theta[neurons + i]!;
      sumOverNeurons(partition, amounts, intercept[j]!);
      for (let k = 0; k < pieces; k++) intercept[j]![k]! += theta[shift(j)]!;
    }
  }

  /** The residual's integrals over every piece; returns the risk. */
  function integrateResidual(): number {
    let risk = 0;
    for (let k = 0; k < pieces; k++) {
      for (let j = 0; j < outputs; j++) residual[0][j]![k] = residual[1][j]![k] = 0;
      const half = (cuts[k + 1]! - cuts[k]!) / 2;
      if (half === 0) continue;
      const { targets, density } = segments[segment[k]!]!;
      const middle = cuts[k]! + half;
      for (let q = 0; q < rule.nodes.length; q++) {
        const x = middle + half * rule.nodes[q]!;
        const weight = half * rule.weights[q]! * evaluatePolynomial(density, x);
        for (let j = 0; j < outputs; j++) {
          const r = slope[j]![k]! * x + intercept[j]![k]! - evaluatePolynomial(targets[j]!, x);
          risk += weight * r * r;
          residual[0][j]![k]! += weight * r;
          residual[1][j]![k]! += weight * r * x;
        }
      }
    }
    return risk;
  }

  function integrateDensity(): void {
    for (let k = 0; k < pieces; k++) {
      mass[0][k] = mass[1][k] = mass[2][k] = 0;
      const half = (cuts[k + 1]! - cuts[k]!) / 2;
      if (half === 0) continue;
      const { density } = segments[segment[k]!]!;
      for (let q = 0; q < rule.nodes.length; q++) {
        const x = cuts[k]! + half + half * rule.nodes[q]!;
        const weight = half * rule.weights[q]! * evaluatePolynomial(density, x);
        mass[0][k]! += weight;
        mass[1][k]! += weight * x;
        mass[2][k]! += weight * x * x;
      }
    }
  }

  /** R_j(x)p(x) at a breakpoint; at a knot the mean of both sides. */
  function residualDensity(j: number, i: number): number {
    const x = breakpoints[i]!;
    const k = from[i]!;
    const value = slope[j]![k]! * x + intercept[j]![k]!;
    const at = ({ targets, density }: Segment): number =>
      (value - evaluatePolynomial(targets[j]!, x)) * evaluatePolynomial(density, x);
    const right = segments[segment[k]!]!;
    return x === right.start ? (at(segments[segment[k]! - 1]!) + at(right)) / 2 : at(right);
  }

  return {
    densityMoments() {
      cutInterval(partition, segments, new Float64Array(2 * neurons));
      integrateDensity();
      return mass.map((m) => m.reduce((sum, part) => sum + part, 0)) as Triple<number>;
    },

    risk(theta, approach) {
      finite = isFiniteVector(theta);
      if (!finite) return NaN;
      cutInterval(partition, segments, theta, approach);
      realize(theta);
      return integrateResidual();
    },

    gradient(theta, out) {
      if (!finite) {
        out.fill(NaN);
        return;
      }
      out.fill(0, 0, 2 * neurons);
      for (let j = 0; j < outputs; j++) {
        const v = outgoing(j);
        const [active0, active1] = [activeResidual[0][j]!, activeResidual[1][j]!];
        sumOverPieces(partition, residual[0][j]!, active0);
        sumOverPieces(partition, residual[1][j]!, active1);
        for (let i = 0; i < neurons; i++) {
          out[i]! += 2 * theta[v + i]! * active1[i]!;
          out[neurons + i]! += 2 * theta[v + i]! * active0[i]!;
          out[v + i] = 2 * (theta[i]! * active1[i]! + theta[neurons + i]! * active0[i]!);
        }
        out[shift(j)] = 2 * total(residual[0][j]!);
      }
    },

    prepareHessian(theta) {
      if (!finite) return;
      integrateDensity();
      bend.fill(0);
      for (let j = 0; j < outputs; j++) {
        sumOverPieces(partition, residual[0][j]!, activeResidual[0][j]!);
        sumOverPieces(partition, residual[1][j]!, activeResidual[1][j]!);
        for (let i = 0; i < neurons; i++) {
          if (breakpoints[i] !== breakpoints[i]) continue;
          bend[i]! += (2 * theta[outgoing(j) + i]! * residualDensity(j, i)) / Math.abs(theta[i]!);
        }
      }
    },

    // The derivative of G along δ: of v_{ji} and of R_j under the integrals, and of their ends, which move by
    // −(x_iδw_i + δb_i)/w_i.
    hessianVector(theta, delta, out) {
      if (!finite) {
        out.fill(NaN);
        return;
      }
      for (let i = 0; i < neurons; i++) {
        const x = breakpoints[i]!;
        const move = bend[i] === 0 ? 0 : bend[i]! * (x * delta[i]! + delta[neurons + i]!);
        out[i] = move === 0 ? 0 : x * move;
        out[neurons + i] = move;
      }
      for (let j = 0; j < outputs; j++) {
        const v = outgoing(j);
        differentiateRealization(theta, delta, j);
        const [tangent0, tangent1] = activeTangent;
        const [active0, active1] = [activeResidual[0][j]!, activeResidual[1][j]!];
        for (let i = 0; i < neurons; i++) {
          out[i]! += 2 * (delta[v + i]! * active1[i]! + theta[v + i]! * tangent1[i]!);
          out[neurons + i]! += 2 * (delta[v + i]! * active0[i]! + theta[v + i]! * tangent0[i]!);
          out[v + i] =
            2 *
            (theta[i]! * tangent1[i]! +
              theta[neurons + i]! * tangent0[i]! +
              delta[i]! * active1[i]! +
              delta[neurons + i]! * active0[i]!);
        }
        out[shift(j)] = 2 * total(tangent[0]);
      }
    },
  };

  /** ∫(dN_j/dδ)·p and ∫(dN_j/dδ)·x·p over the pieces and over the active pieces of every neuron. */
  function differentiateRealization(theta: FloatArray, delta: FloatArray, j: number): void {
    const v = outgoing(j);
    for (let i = 0; i < neurons; i++) {
      amounts[i] = delta[v + i]! * theta[i]! + theta[v + i]! * delta[i]!;
    }
    sumOverNeurons(partition, amounts, tangentSlope);
    for (let i = 0; i < neurons; i++) {
      amounts[i] = delta[v + i]! * theta[neurons + i]! + theta[v + i]! * delta[neurons + i]!;
    }
    sumOverNeurons(partition, amounts, tangentIntercept);
    for (let k = 0; k < pieces; k++) {
      const constant = tangentIntercept[k]! + delta[shift(j)]!;
      tangent[0][k] = tangentSlope[k]! * mass[1][k]! + constant * mass[0][k]!;
      tangent[1][k] = tangentSlope[k]! * mass[2][k]! + constant * mass[1][k]!;
    }
    sumOverPieces(partition, tangent[0], activeTangent[0]);
    sumOverPieces(partition, tangent[1], activeTangent[1]);
  }
}

type Triple<T> = [T, T, T];

/** Exact for R²p and x²p on every segment. */
function ruleFor(segments: readonly Segment[]): ReturnType<typeof gaussLegendre> {
  const target = Math.max(1, highestDegree(segments.flatMap((segment) => segment.targets)));
  const density = highestDegree(segments.map((segment) => segment.density));
  return gaussLegendre(Math.ceil((2 * target + density + 1) / 2));
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function isFiniteVector(values: FloatArray): boolean {
  for (const value of values) if (value - value !== 0) return false;
  return true;
}
