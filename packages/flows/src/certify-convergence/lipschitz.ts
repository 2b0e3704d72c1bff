import type { Network } from '@nonsmooth/nets';
import { boundsAround, derivativesAt, isPiecewiseLinear } from './activation-bounds.js';
import { layersOf, type AffineLayer, type ForwardPass } from './dense-jets.js';

/** Bounds over the ball of a radius around θ, square sums over the samples already taken. */
export interface BallBounds {
  /** ‖Dr(θ′) − Dr(θ″)‖ ≤ K·|θ′ − θ″|; ∞ where the ball leaves the activation pattern of a piecewise linear net. */
  readonly K: number;
  /** (Σ|D³r_i|²)^½. */
  readonly T: number;
}

/** Rounding of what is computed here, sums of nonnegative terms. */
const outward = 1 + 1e-12;

/** Lip(Dr) and |D³r| over the ball |θ′ − θ| ≤ radius, per sample and then over all. */
export function ballBounds(
  net: Network,
  passes: readonly ForwardPass[],
  theta: ArrayLike<number>,
  radius: number,
): BallBounds {
  const layers = layersOf(net);
  if (layers.length === 1) return { K: 0, T: 0 };
  const norms = layers.map((layer) => spectralBound(theta, layer));
  let [K, T] = [0, 0];
  for (const pass of passes) {
    const [k, t] =
      layers.length === 2
        ? shallow(net, layers, pass, theta, radius)
        : deep(net, layers, norms, pass, radius);
    K += k * k;
    T += t * t;
  }
  return { K: outward * Math.sqrt(K), T: outward * Math.sqrt(T) };
}

/**
 * One hidden layer: neurons are blocks (w_j, b_j, v_j), so the maximum over them. With x̃ = (x, 1):
 * D²N = σ″v(x̃·h)² + 2σ′(x̃·h)h_v, at most the largest root of the 2 × 2 form; D³N ≤ |v|s₃|x̃|³ + (2/√3)s₂|x̃|².
 */
function shallow(
  net: Network,
  [hidden, output]: readonly AffineLayer[],
  { activations, switching, switchingErrors, derivatives }: ForwardPass,
  theta: ArrayLike<number>,
  radius: number,
): [number, number] {
  const x = Math.sqrt(activations[0]!.reduce((sum, value) => sum + value * value, 1)) * outward;
  let [K, T] = [0, 0];
  for (let j = 0; j < hidden!.width; j++) {
    let square = 0;
    for (let o = 0; o < output!.width; o++) {
      square += theta[output!.weights + o * hidden!.width + j]! ** 2;
    }
    const v = Math.sqrt(square) + radius;
    const reach = (radius * x + switchingErrors[0]![j]!) * outward;
    const [s1, s2, s3] = boundsAround(
      net.activation,
      switching[0]![j]!,
      reach,
      derivatives[0]![j]!,
    );
    const [A, B] = [v * s2 * x * x, s1 * x];
    K = Math.max(K, A / 2 + Math.sqrt((A * A) / 4 + B * B));
    T = Math.max(T, (2 / Math.sqrt(3)) * s2 * x * x + v * s3 * x ** 3);
  }
  return [K * outward, T * outward];
}

/**
 * Any depth, from the input: with w ≥ ‖W‖ and ã ≥ |(a, 1)| on the ball and D_k ≥ |Dᵏa|,
 *   Z₁ = √(ã² + w²D₁²), Z₂ = D₁ + wD₂, Z₃ = (2/√3)D₂ + wD₃ for z = Wa + b, and
 *   D₁ = s₁Z₁, D₂ = s₁Z₂ + s₂Z₁², D₃ = s₁Z₃ + 3s₂Z₁Z₂ + s₃Z₁³ for σ(z).
 */
function deep(
  net: Network,
  layers: readonly AffineLayer[],
  norms: readonly number[],
  { activations, activationErrors, switching, switchingErrors }: ForwardPass,
  radius: number,
): [number, number] {
  let [D1, D2, D3] = [0, 0, 0];
  for (let k = 0; k < layers.length; k++) {
    const w = norms[k]! + radius;
    let square = 1;
    activations[k]!.forEach((a, i) => (square += (Math.abs(a) + activationErrors[k]![i]!) ** 2));
    const a = Math.sqrt(square) * outward + D1 * radius;
    const Z1 = Math.sqrt(a * a + w * w * D1 * D1) * outward;
    const Z2 = (D1 + w * D2) * outward;
    const Z3 = ((2 / Math.sqrt(3)) * D2 + w * D3) * outward;
    if (k === layers.length - 1) return [Z2, Z3];
    let [s1, s2, s3] = [0, 0, 0];
    switching[k]!.forEach((z, i) => {
      const reach = (Z1 * radius + switchingErrors[k]![i]!) * outward;
      const bounds = boundsAround(net.activation, z, reach, derivativesAt(net.activation, z));
      s1 = Math.max(s1, bounds[0]);
      s2 = Math.max(s2, bounds[1]);
      s3 = Math.max(s3, bounds[2]);
    });
    // products with an infinite bound are infinite, even 0·∞
    if (s1 === Infinity) return [Infinity, Infinity];
    D1 = s1 * Z1 * outward;
    D2 = (s1 * Z2 + s2 * Z1 * Z1) * outward;
    D3 = s3 === Infinity ? Infinity : (s1 * Z3 + 3 * s2 * Z1 * Z2 + s3 * Z1 ** 3) * outward;
  }
  return [Infinity, Infinity];
}

/** ‖W‖₂ ≤ min(‖W‖_F, √(‖W‖₁‖W‖_∞)). */
function spectralBound(theta: ArrayLike<number>, { inputs, width, weights }: AffineLayer): number {
  let frobenius = 0;
  let rows = 0;
  const columns = new Float64Array(inputs);
  for (let i = 0; i < width; i++) {
    let row = 0;
    for (let j = 0; j < inputs; j++) {
      const w = Math.abs(theta[weights + i * inputs + j]!);
      frobenius += w * w;
      row += w;
      columns[j] = columns[j]! + w;
    }
    rows = Math.max(rows, row);
  }
  const largest = columns.reduce((most, value) => Math.max(most, value), 0);
  return outward * Math.min(Math.sqrt(frobenius), Math.sqrt(rows * largest));
}

/**
 * How far θ may move before a hidden pre-activation of a piecewise linear network can change its sign; ∞ for smooth ones.
 * Doubling and bisection on the bounds above.
 */
export function patternRadius(
  net: Network,
  passes: readonly ForwardPass[],
  theta: ArrayLike<number>,
): number {
  if (!isPiecewiseLinear(net.activation) || net.activation.name === 'identity') return Infinity;
  const keeps = (radius: number): boolean => ballBounds(net, passes, theta, radius).K < Infinity;
  if (!keeps(0)) return 0;
  let [low, high] = [0, 1e-12];
  while (keeps(high) && high < 1e12) [low, high] = [high, 4 * high];
  for (let i = 0; i < 40 && high - low > 1e-3 * low; i++) {
    const middle = (low + high) / 2;
    if (keeps(middle)) low = middle;
    else high = middle;
  }
  return low;
}
