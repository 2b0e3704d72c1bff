import { svd, tensor } from '@nonsmooth/tensor';
import type { SurjectiveCertificate, Unsealed } from './certificate.js';
import type { CertifiableRisk } from './certifiable-risk.js';
import { residualJet, type ResidualJet } from './dense-jets.js';
import { ballBounds } from './lipschitz.js';
import { frobenius, leastSingularValue, multiply, transposed } from './matrices.js';
import { residualSubspace } from './residual-subspace.js';

const outward = 1 + 1e-12;

/** What is known at θ, whatever the radius. */
interface Facts {
  readonly jet: ResidualJet;
  readonly rank: number;
  readonly a: number;
  readonly b: number;
  readonly level: readonly [number, number];
}

/** a, b and the level at θ, or why |r| cannot be driven to 0. */
function factsAt({ net, samples }: CertifiableRisk, theta: ArrayLike<number>): Facts | string {
  const d = net.dimension;
  const outputs = net.widths[net.widths.length - 1]!;
  const M = samples.count;
  if (!(M * outputs <= largestRows)) return `more than ${largestRows} residuals`;
  const jet = residualJet(net, samples, theta);
  const space = residualSubspace(net, samples, jet.passes);
  if (typeof space === 'string') return space;
  const rank = space.rank * outputs;
  if (rank > d) return `${rank} residuals against ${d} parameters`;
  const [r, J] = space.basis
    ? [
        project(space.basis, space.rank, jet.residual, M, outputs),
        project(space.basis, space.rank, jet.jacobian, M, outputs * d),
      ]
    : [jet.residual, jet.jacobian];
  const size = frobenius(jet.residual);
  const sizeJ = frobenius(jet.jacobian) + jet.jacobianError;
  const rounding = (M + 4) * Number.EPSILON;
  const inverse = pseudoInverse(J, rank, d);
  const sigma = leastSingularValue(J, rank, d, inverse);
  const a =
    sigma - (jet.jacobianError + (space.error + (space.basis ? rounding : 0)) * sizeJ) * outward;
  if (!(a > 0)) return `σ_min(Dr) = ${sigma.toPrecision(3)} is within rounding`;
  const moved = (space.error + rounding) * (size + jet.residualError);
  const b = (frobenius(r) + jet.residualError + moved) * outward;
  const least = Math.max(0, frobenius(r) / outward - jet.residualError - moved);
  const [low, high] = [
    Math.max(0, size / outward - jet.residualError) ** 2 - b * b,
    (size + jet.residualError) ** 2 * outward - least * least,
  ];
  const level = space.basis
    ? ([Math.max(0, low) / M / outward, (Math.max(0, high) / M) * outward] as const)
    : ([0, 0] as const);
  return { jet, rank, a, b, level };
}

/** Residuals up to which the Jacobian is decomposed. */
const largestRows = 2000;

/** What the constants are loosened by, so that other bounds of the same may be a little wider. */
const loose = 1e-6;

/** Proposes that the flow from θ converges to a zero of the residual (of its part that can move). */
export function certifySurjective(
  risk: CertifiableRisk,
  theta: ArrayLike<number>,
): Unsealed<SurjectiveCertificate> | string {
  const facts = factsAt(risk, theta);
  if (typeof facts === 'string') return facts;
  const { jet, rank } = facts;
  const [low, high] = facts.level;
  // the checker's enclosures of activations are up to some ten times wider than the rounding of computed ones
  const a = facts.a * (1 - loose) - 30 * jet.jacobianError;
  const b = facts.b * (1 + loose) + 30 * jet.residualError;
  if (!(a > 0)) return `σ_min(Dr) = ${facts.a.toPrecision(3)} is within rounding`;
  const size = frobenius(jet.residual) + jet.residualError;
  const wide =
    (60 * jet.residualError * size + loose * high * risk.samples.count) / risk.samples.count;
  const level: readonly [number, number] =
    high === 0 ? [0, 0] : [Math.max(0, low - wide), high + wide];
  let radius = (b / a) * outward;
  for (let iteration = 0; iteration < 60; iteration++) {
    const K = ballBounds(risk.net, jet.passes, theta, radius).K * (1 + 1e-4);
    if (K === Infinity) return 'the activation pattern may change on the way';
    const discriminant = a * a - 2 * K * b * outward;
    if (!(discriminant >= 0)) {
      return `2K·b = ${(2 * K * b).toPrecision(3)} > a² = ${(a * a).toPrecision(3)}`;
    }
    const needed = ((2 * b) / (a + Math.sqrt(discriminant))) * (1 + 1e-9);
    if (needed <= radius) {
      return {
        kind: 'surjective',
        claim: 'converges',
        from: Array.from(theta),
        radius,
        constants: { a, b, K },
        margin: discriminant / (a * a),
        rank,
        slack: 0.999 * slackOf({ ...facts, a, b }, K, radius),
        level,
      };
    }
    radius = needed * 1.01;
  }
  return 'the radius does not settle';
}

/**
 * From θ + δ the constants are b + ‖J‖|δ| + K|δ|²/2 and a − K|δ|, on a ball that is |δ| smaller; half of what the inequality
 * leaves at first order, and never more than the ball has room for.
 */
function slackOf({ a, b, jet }: Facts, K: number, radius: number): number {
  const norm = frobenius(jet.jacobian) + jet.jacobianError;
  if (K === 0) return 0;
  const holds = (delta: number): boolean => {
    const [a1, b1] = [a - K * delta, b + norm * delta + (K * delta * delta) / 2];
    if (!(a1 > 0 && 2 * K * b1 * outward <= a1 * a1)) return false;
    return ((2 * b1) / (a1 + Math.sqrt(a1 * a1 - 2 * K * b1))) * outward <= radius - delta;
  };
  let delta = radius;
  for (let i = 0; i < 60 && !holds(delta); i++) delta /= 2;
  return holds(delta) ? delta : 0;
}

/** Qᵀ·A by sample: A is samples × width, Q samples × rank; the result rank × width. */
function project(
  Q: Float64Array,
  rank: number,
  A: Float64Array,
  samples: number,
  width: number,
): Float64Array {
  return multiply(transposed(Q, samples, rank), A, rank, samples, width);
}

/** X ≈ Aᵀ(AAᵀ)⁻¹, or nothing where A has no full rank to working precision. */
function pseudoInverse(A: Float64Array, k: number, d: number): Float64Array | undefined {
  const { u, singularValues, v } = svd(tensor(A, { shape: [k, d] }));
  const s = singularValues.data;
  if (!(s[s.length - 1]! > 0) || s.length < k) return undefined;
  const left = toRows(u, k, k);
  const right = toRows(v, d, k);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < k; j++) right[i * k + j] = right[i * k + j]! / s[j]!;
  return multiply(right, transposed(left, k, k), d, k, k);
}

function toRows(t: { data: ArrayLike<number> }, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => t.data[i]!);
}
