import { svd, symmetricEigen, tensor } from '@nonsmooth/tensor';
import type { MinimumCertificate, Unsealed } from './certificate.js';
import type { CertifiableRisk } from './certifiable-risk.js';
import { residualJet, secondDerivatives, type ResidualJet } from './dense-jets.js';
import { ballBounds, patternRadius } from './lipschitz.js';
import {
  approximateInverse,
  choleskyFactor,
  frobenius,
  gramNorm,
  multiply,
  solveTransposed,
  spectralBound,
  transposed,
} from './matrices.js';

const outward = 1 + 1e-12;
const epsilon = Number.EPSILON;

/** Sizes up to which D²r is formed: numbers in all, and parameters. */
const largestTensor = 6e6;
const largestDimension = 150;

/**
 * The risk in the coordinates u of θ = θ̂ + S·u, up to rounding bounds: with B = D²r[S·, S·],
 *   ∇²(L∘S)(0) = (2/M)((JS)ᵀJS + Σr_iB_i), within κ₀ of the identity.
 */
interface ScaledRisk {
  readonly samples: number;
  readonly jet: ResidualJet;
  /** |r̂|, rounded up. */
  readonly r: number;
  /** Bounds of ‖JS‖, of the norms of B as rows × d² and d × (rows·d), of ‖∇²(L∘S)(0) − I‖ and |Sᵀ∇L(θ̂)|. */
  readonly j0: number;
  readonly f1: number;
  readonly f2: number;
  readonly kappa0: number;
  readonly gamma: number;
  /** What rounding contributes to it. */
  readonly gammaError: number;
  /** ‖S‖₂ bound. */
  readonly scale: number;
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
}

function scaledRisk(
  { net, samples }: CertifiableRisk,
  centre: ArrayLike<number>,
  S: Float64Array,
): ScaledRisk {
  const d = net.dimension;
  const jet = residualJet(net, samples, centre);
  const { residual, jacobian, residualError, jacobianError } = jet;
  const rows = residual.length;
  const M = samples.count;
  const scale = spectralBound(S, d, d);
  const JS = multiply(jacobian, S, rows, d, d);
  const errorJS =
    (jacobianError + (d + 4) * epsilon * frobenius(jacobian)) * frobenius(S) * outward;
  const B = secondDerivatives(net, jet, centre, S);
  const r = (frobenius(residual) + residualError) * outward;
  const { K } = ballBounds(net, jet.passes, centre, 0);
  // stated multiple of the unit of rounding in sums of terms that K bounds
  const errorB = 100 * d * epsilon * K * frobenius(S) ** 2;

  const gradient = new Float64Array(d);
  const hessian = new Float64Array(d * d);
  const outerRows = new Float64Array(rows * rows);
  const outerColumns = new Float64Array(d * d);
  for (let i = 0; i < rows; i++) {
    const Bi = B.subarray(i * d * d, (i + 1) * d * d);
    for (let p = 0; p < d; p++) {
      const jp = JS[i * d + p]!;
      gradient[p] = gradient[p]! + (2 / M) * jp * residual[i]!;
      for (let q = 0; q < d; q++) {
        hessian[p * d + q] =
          hessian[p * d + q]! + (2 / M) * (jp * JS[i * d + q]! + residual[i]! * Bi[p * d + q]!);
      }
    }
    const gram = multiply(Bi, Bi, d, d, d);
    for (let p = 0; p < d * d; p++) outerColumns[p] = outerColumns[p]! + gram[p]!;
  }
  // B as rows × d²: its norm is that of the smaller of the two Gram matrices
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let p = 0; p < d * d; p++) sum += B[i * d * d + p]! * B[j * d * d + p]!;
      outerRows[i * rows + j] = outerRows[j * rows + i] = sum;
    }
  }
  const deviation = hessian.slice();
  for (let p = 0; p < d; p++) deviation[p * d + p] = deviation[p * d + p]! - 1;
  const normJS = frobenius(JS);
  const gammaError =
    (2 / M) *
    (normJS * residualError + errorJS * r + (rows + 4) * epsilon * normJS * frobenius(residual));
  return {
    samples: M,
    jet,
    r,
    j0: (spectralBound(JS, rows, d) + errorJS) * outward,
    f1: (Math.sqrt(gramNorm(outerRows, rows)) + errorB) * outward,
    f2: (Math.sqrt(gramNorm(outerColumns, d)) + errorB) * outward,
    kappa0:
      (frobenius(deviation) +
        (2 / M) *
          (2 * normJS * errorJS +
            errorJS * errorJS +
            r * errorB +
            residualError * frobenius(B) +
            (rows + 4) * epsilon * (normJS * normJS + r * frobenius(B)))) *
      outward,
    gamma: (frobenius(gradient) + gammaError) * outward,
    gammaError,
    scale,
    hessian,
    gradient,
  };
}

/** κ on the ball of radius R, ∞ where the risk is not understood that far. */
function kappaOn(
  { net }: CertifiableRisk,
  { samples, jet, r, j0, f1, f2, kappa0, scale }: ScaledRisk,
  centre: ArrayLike<number>,
  R: number,
): number {
  const { K, T } = ballBounds(net, jet.passes, centre, R * scale * outward);
  if (K === Infinity || T === Infinity) return Infinity;
  const T3 = T * scale ** 3 * outward;
  const delta = f2 * R + (T3 * R * R) / 2;
  const growth = j0 * R + (f2 * R * R) / 2 + (T3 * R ** 3) / 6;
  return (
    (kappa0 +
      (2 / samples) * (2 * j0 * delta + delta * delta + f1 * growth + (r + growth) * T3 * R)) *
    outward
  );
}

function boundary(kappa: number, gamma: number, R: number): number {
  return (1 - kappa) * R * R - 2 * gamma * R;
}

function start(kappa: number, gamma: number, n: number): number {
  return (1 + kappa) * n * n + 2 * gamma * n;
}

/** What the constants are loosened by, so that other bounds of the same may be a little wider. */
const loose = 1e-3;

/**
 * Proposes that the flow from θ converges to the only critical point near `centre`, an approximate minimum, in the metric of
 * its Hessian: through the singular values of Dr where the residual vanishes, because small eigenvalues of a computed
 * Hessian are rounding.
 */
export function certifyMinimum(
  risk: CertifiableRisk,
  theta: ArrayLike<number>,
  centre: ArrayLike<number>,
): Unsealed<MinimumCertificate> | string {
  const { net, samples } = risk;
  const d = net.dimension;
  const rows = samples.count * net.widths[net.widths.length - 1]!;
  if (rows < d) return `${rows} residuals cannot isolate a minimum of ${d} parameters`;
  if (d > largestDimension || rows * d * d > largestTensor)
    return 'too large for second derivatives';
  const found = refine(risk, Float64Array.from(centre));
  if (typeof found === 'string') return found;
  const { S, scaled, at } = found;
  const reach = patternRadius(net, scaled.jet.passes, at);
  const metric = { S, Z: approximateInverse(S, d) };
  const n = distanceIn(metric, theta, at) * (1 + loose) + 1e-100;
  if (!(n < Infinity)) return 'the metric is singular';
  const gamma = scaled.gamma * (1 + loose) + 30 * scaled.gammaError;
  let best: { R: number; kappa: number; left: number } | undefined;
  let R = Math.max(1.01 * n, 2.01 * gamma, 1e-12);
  for (let i = 0; i < 60 && R * scaled.scale < reach; i++) {
    const kappa = kappaOn(risk, scaled, at, R) * (1 + loose);
    if (!(kappa < 1)) break;
    const left = boundary(kappa, gamma, R) / outward - start(kappa, gamma, n) * outward;
    if (left > 0 && !(best && best.left >= left)) best = { R, kappa, left };
    R *= 1.3;
  }
  if (best === undefined) {
    return `the sublevel set of θ, ${n.toPrecision(2)} from the minimum in its metric, is not enclosed`;
  }
  const { kappa } = best;
  const { scale } = scaled;
  const [low, high] = levelOf({ ...scaled, gamma }, kappa);
  const noise = (60 * scaled.jet.residualError * scaled.r) / samples.count;
  return {
    kind: 'minimum',
    claim: 'converges',
    from: Array.from(theta),
    centre: Array.from(at),
    metric: Array.from(S),
    radius: best.R,
    constants: { n, gamma, kappa },
    margin: 1 - start(kappa, gamma, n) / boundary(kappa, gamma, best.R),
    limitWithin: limitWithin({ ...scaled, gamma }, kappa) * (1 + 1e-9),
    curvature: ((1 - kappa) / (scale * scale)) * (1 - 1e-9),
    level: [low * (1 - loose) - noise, high * (1 + 1e-9) + noise].map((value) =>
      Math.max(0, value),
    ) as [number, number],
  };
}

/** |θ* − θ̂| ≤ ‖S‖γ/(1 − κ). */
function limitWithin({ scale, gamma }: ScaledRisk, kappa: number): number {
  return ((scale * gamma) / (1 - kappa)) * outward;
}

/** L(θ*) ∈ [L(θ̂) − γ²/(2(1 − κ)), L(θ̂)] with the rounding of L(θ̂); never below 0. */
function levelOf({ jet, samples, gamma }: ScaledRisk, kappa: number): [number, number] {
  const size = frobenius(jet.residual);
  const low = Math.max(0, size / outward - jet.residualError) ** 2 / samples / outward;
  const high = ((size + jet.residualError) ** 2 / samples) * outward;
  return [Math.max(0, low - ((gamma * gamma) / (2 * (1 - kappa))) * outward), high];
}

/** |Z(θ − θ̂)| over 1 − ‖ZS − I‖, an upper bound of |S⁻¹(θ − θ̂)|. */
function distanceIn(
  { S, Z }: { S: Float64Array; Z: Float64Array | undefined },
  theta: ArrayLike<number>,
  centre: ArrayLike<number>,
): number {
  if (Z === undefined) return Infinity;
  const d = centre.length;
  const defect = multiply(Z, S, d, d, d);
  for (let i = 0; i < d; i++) defect[i * d + i] = defect[i * d + i]! - 1;
  const eta = frobenius(defect) + (d + 4) * epsilon * frobenius(Z) * frobenius(S);
  if (!(eta < 0.1)) return Infinity;
  const delta = Float64Array.from({ length: d }, (_, i) => theta[i]! - centre[i]!);
  const moved = multiply(Z, delta, d, d, 1);
  const rounding = (d + 4) * epsilon * frobenius(Z) * frobenius(delta);
  return ((frobenius(moved) + rounding) / (1 - eta)) * outward;
}

/** Moves the centre to the minimum by Newton steps in its own metric, and normalizes the Hessian there to the identity. */
function refine(
  risk: CertifiableRisk,
  centre: Float64Array,
): { S: Float64Array; scaled: ScaledRisk; at: Float64Array } | string {
  const d = risk.net.dimension;
  let S = metricAt(risk, centre);
  if (typeof S === 'string') return S;
  let at = centre;
  let scaled = scaledRisk(risk, at, S);
  for (let iteration = 0; iteration < 4; iteration++) {
    const L = choleskyFactor(scaled.hessian, d);
    if (L === undefined) return 'the Hessian is not positive definite beyond rounding';
    S = solveTransposed(S, L, d, d);
    // with S normalized the Newton step is −S·Sᵀg, and Sᵀg = L⁻¹ of the last gradient
    const u = solveTransposed(scaled.gradient, L, 1, d);
    const step = multiply(S, u, d, d, 1);
    const moved = at.map((x, i) => x - step[i]!);
    const next = scaledRisk(risk, moved, S);
    const stays = scaledRisk(risk, at, S);
    if (next.gamma < 0.5 * stays.gamma) [at, scaled] = [moved, next];
    else {
      scaled = stays;
      break;
    }
  }
  return scaled.kappa0 < 0.5 ? { S, scaled, at } : 'rounding hides the least curvature';
}

/** A^{−1/2} for A = (2/M)JᵀJ where the residual is small, else for the Hessian. */
function metricAt({ net, samples }: CertifiableRisk, at: Float64Array): Float64Array | string {
  const d = net.dimension;
  const jet = residualJet(net, samples, at);
  const rows = jet.residual.length;
  const gauss = svd(tensor(jet.jacobian, { shape: [rows, d] }));
  const s = gauss.singularValues.data;
  const [most, least] = [s[0]!, s[d - 1]!];
  const { K } = ballBounds(net, jet.passes, at, 0);
  if (K === Infinity) return 'the point lies on a kink';
  const small = frobenius(jet.residual) * K < 0.3 * least * least;
  const lift = Math.sqrt(samples.count / 2);
  if (small) {
    if (!(least > 50 * d * epsilon * most)) {
      return `σ_min(Dr) = ${least.toPrecision(3)} is within rounding: no isolated minimum`;
    }
    return scaledColumns(gauss.v.data, d, (j) => lift / s[j]!);
  }
  const eye = new Float64Array(d * d);
  for (let i = 0; i < d; i++) eye[i * d + i] = 1;
  const B = secondDerivatives(net, jet, at, eye);
  const H = multiply(transposed(jet.jacobian, rows, d), jet.jacobian, d, rows, d);
  for (let i = 0; i < rows; i++) {
    for (let p = 0; p < d * d; p++) H[p] = H[p]! + jet.residual[i]! * B[i * d * d + p]!;
  }
  for (let p = 0; p < d * d; p++) H[p] = (2 / samples.count) * H[p]!;
  const { values, vectors } = symmetricEigen(tensor(symmetrized(H, d), { shape: [d, d] }));
  const lambda = values.data;
  if (!(lambda[0]! > 50 * d * epsilon * lambda[d - 1]!)) {
    return `λ_min = ${lambda[0]!.toPrecision(3)}: no isolated minimum beyond rounding`;
  }
  return scaledColumns(vectors.data, d, (j) => 1 / Math.sqrt(lambda[j]!));
}

function scaledColumns(
  V: ArrayLike<number>,
  d: number,
  factor: (j: number) => number,
): Float64Array {
  return Float64Array.from({ length: d * d }, (_, i) => V[i]! * factor(i % d));
}

function symmetrized(H: Float64Array, d: number): Float64Array {
  return H.map((h, i) => (h + H[(i % d) * d + Math.floor(i / d)]!) / 2);
}
