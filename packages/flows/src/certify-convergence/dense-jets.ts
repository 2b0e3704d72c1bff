import type { Network } from '@nonsmooth/nets';
import { derivativesAt, isPiecewiseLinear, type Derivatives } from './activation-bounds.js';

/** Samples of a risk in rows. */
export interface Samples {
  readonly count: number;
  /** count × l₀ and count × l_D. */
  readonly inputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
}

/** One affine layer of θ. */
export interface AffineLayer {
  readonly inputs: number;
  readonly width: number;
  /** Offsets of W (row-major) and b. */
  readonly weights: number;
  readonly bias: number;
}

/** The layers of a network, from the input. */
export function layersOf({ widths, layout }: Network): AffineLayer[] {
  const offset = (name: string): number => layout.find((slice) => slice.name === name)!.offset;
  return widths.slice(1).map((width, k) => ({
    inputs: widths[k]!,
    width,
    weights: offset(`W${k + 1}`),
    bias: offset(`b${k + 1}`),
  }));
}

/** A forward pass of one sample, with bounds of what rounding did to it. */
export interface ForwardPass {
  /** Inputs of the layers: a⁰ = x, a¹, …, a^{D−1}, and the realization. */
  readonly activations: readonly Float64Array[];
  readonly activationErrors: readonly Float64Array[];
  /** Pre-activations z¹, …, z^D, the last the realization. */
  readonly switching: readonly Float64Array[];
  readonly switchingErrors: readonly Float64Array[];
  /** σ and its derivatives at the hidden pre-activations. */
  readonly derivatives: readonly (readonly Derivatives[])[];
}

const epsilon = Number.EPSILON;

/** Units of rounding granted to one evaluation of σ or σ′, absolute in the size of its argument and value. */
const activationUnits = 8;

/** N_θ(x) with its pre-activations. */
export function forward(
  net: Network,
  layers: readonly AffineLayer[],
  theta: ArrayLike<number>,
  x: ArrayLike<number>,
): ForwardPass {
  let a = Float64Array.from(x);
  let ea = new Float64Array(a.length);
  const activations = [a];
  const activationErrors = [ea];
  const switching: Float64Array[] = [];
  const switchingErrors: Float64Array[] = [];
  const derivatives: Derivatives[][] = [];
  layers.forEach(({ inputs, width, weights, bias }, k) => {
    const z = new Float64Array(width);
    const ez = new Float64Array(width);
    for (let i = 0; i < width; i++) {
      let sum = theta[bias + i]!;
      let size = Math.abs(sum);
      let error = 0;
      for (let j = 0; j < inputs; j++) {
        const w = theta[weights + i * inputs + j]!;
        sum += w * a[j]!;
        size += Math.abs(w * a[j]!);
        error += Math.abs(w) * ea[j]!;
      }
      z[i] = sum;
      ez[i] = (error + (inputs + 2) * epsilon * size) * 1.001;
    }
    switching.push(z);
    switchingErrors.push(ez);
    if (k === layers.length - 1) return;
    const values = Array.from(z, (value) => derivativesAt(net.activation, value));
    a = Float64Array.from(values, ([value]) => value);
    // |σ′| ≤ 1.13 for every activation but leaky ones with steep slopes
    ea = ez.map((error, i) => {
      const steepest = Math.max(1.13, Math.abs(net.activation.parameter ?? 0));
      return steepest * error + activationUnits * epsilon * (Math.abs(a[i]!) + Math.abs(z[i]!));
    });
    derivatives.push(values);
    activations.push(a);
    activationErrors.push(ea);
  });
  return { activations, activationErrors, switching, switchingErrors, derivatives };
}

/** r = N − y of all samples and outputs, and its derivative, with bounds of their rounding. */
export interface ResidualJet {
  /** samples·outputs numbers. */
  readonly residual: Float64Array;
  /** ‖computed r − exact r‖ is at most this. */
  readonly residualError: number;
  /** Dr, (samples·outputs) × d, row-major. */
  readonly jacobian: Float64Array;
  /** ‖computed Dr − exact Dr‖_F is at most this. */
  readonly jacobianError: number;
  readonly passes: readonly ForwardPass[];
}

/** r and Dr by backpropagation, sample by sample and output by output: the plain slow form. */
export function residualJet(
  net: Network,
  { count, inputs, targets }: Samples,
  theta: ArrayLike<number>,
): ResidualJet {
  const layers = layersOf(net);
  const d = net.dimension;
  const outputs = layers[layers.length - 1]!.width;
  const residual = new Float64Array(count * outputs);
  const jacobian = new Float64Array(count * outputs * d);
  let residualSquare = 0;
  let jacobianSquare = 0;
  const passes: ForwardPass[] = [];
  for (let s = 0; s < count; s++) {
    const x = Float64Array.from(
      { length: layers[0]!.inputs },
      (_, j) => inputs[s * layers[0]!.inputs + j]!,
    );
    const pass = forward(net, layers, theta, x);
    passes.push(pass);
    const out = pass.switching[layers.length - 1]!;
    for (let o = 0; o < outputs; o++) {
      const at = s * outputs + o;
      const y = targets[at]!;
      residual[at] = out[o]! - y;
      const error =
        pass.switchingErrors[layers.length - 1]![o]! + epsilon * (Math.abs(out[o]!) + Math.abs(y));
      residualSquare += error * error;
      jacobianSquare += backward(
        net,
        layers,
        theta,
        pass,
        o,
        jacobian.subarray(at * d, (at + 1) * d),
      );
    }
  }
  return {
    residual,
    residualError: 1.001 * Math.sqrt(residualSquare),
    jacobian,
    jacobianError: 1.001 * Math.sqrt(jacobianSquare),
    passes,
  };
}

/** Writes the derivative of output o; returns the square of a bound of its rounding error. */
function backward(
  net: Network,
  layers: readonly AffineLayer[],
  theta: ArrayLike<number>,
  { activations, activationErrors, switchingErrors, derivatives }: ForwardPass,
  o: number,
  row: Float64Array,
): number {
  const linear = isPiecewiseLinear(net.activation);
  let square = 0;
  let delta = new Float64Array(layers[layers.length - 1]!.width);
  let error = new Float64Array(delta.length);
  delta[o] = 1;
  for (let k = layers.length - 1; k >= 0; k--) {
    const { inputs, width, weights, bias } = layers[k]!;
    const [a, ea] = [activations[k]!, activationErrors[k]!];
    for (let i = 0; i < width; i++) {
      row[bias + i] = delta[i]!;
      square += error[i]! ** 2;
      for (let j = 0; j < inputs; j++) {
        row[weights + i * inputs + j] = delta[i]! * a[j]!;
        const wrong =
          error[i]! * Math.abs(a[j]!) +
          (Math.abs(delta[i]!) + error[i]!) * ea[j]! +
          epsilon * Math.abs(delta[i]! * a[j]!);
        square += wrong * wrong;
      }
    }
    if (k === 0) break;
    const before = new Float64Array(inputs);
    const beforeError = new Float64Array(inputs);
    for (let j = 0; j < inputs; j++) {
      const [, slope, bend] = derivatives[k - 1]![j]!;
      let sum = 0;
      let size = 0;
      let wrong = 0;
      for (let i = 0; i < width; i++) {
        const w = theta[weights + i * inputs + j]!;
        sum += w * delta[i]!;
        size += Math.abs(w * delta[i]!);
        wrong += Math.abs(w) * error[i]!;
      }
      before[j] = slope * sum;
      const shift = switchingErrors[k - 1]![j]!;
      // 3 bounds |σ‴|/2; slopes of linear pieces are exact, and stay it within the pattern
      const slopeError = linear
        ? 0
        : (Math.abs(bend) + 3 * shift) * shift + activationUnits * epsilon * (Math.abs(slope) + 1);
      beforeError[j] =
        1.001 * (Math.abs(slope) * (wrong + (width + 2) * epsilon * size) + slopeError * size);
    }
    [delta, error] = [before, beforeError];
  }
  return square;
}

/**
 * D²r contracted with the columns s_a of S (d × d, row-major): B[(i·d + a)·d + b] = D²r_i[s_a, s_b] for the entries i of
 * r, by second-order forward propagation.
 */
export function secondDerivatives(
  net: Network,
  { passes }: Pick<ResidualJet, 'passes'>,
  theta: ArrayLike<number>,
  S: Float64Array,
): Float64Array {
  const layers = layersOf(net);
  const d = net.dimension;
  const outputs = layers[layers.length - 1]!.width;
  const B = new Float64Array(passes.length * outputs * d * d);
  passes.forEach(({ activations, derivatives }, s) => {
    // tangents ȧ (inputs × d) and second tangents ä (inputs × d × d) of the layer's input
    let tangent: Float64Array | undefined;
    let second: Float64Array | undefined;
    layers.forEach(({ inputs, width, weights, bias }, k) => {
      const a = activations[k]!;
      const last = k === layers.length - 1;
      const nextTangent = new Float64Array(width * d);
      const nextSecond = last
        ? B.subarray(s * outputs * d * d, (s + 1) * outputs * d * d)
        : new Float64Array(width * d * d);
      for (let i = 0; i < width; i++) {
        const zDot = nextTangent.subarray(i * d, (i + 1) * d);
        const zDDot = nextSecond.subarray(i * d * d, (i + 1) * d * d);
        for (let p = 0; p < d; p++) zDot[p] = S[(bias + i) * d + p]!;
        for (let j = 0; j < inputs; j++) {
          const row = (weights + i * inputs + j) * d;
          for (let p = 0; p < d; p++) zDot[p] = zDot[p]! + S[row + p]! * a[j]!;
          if (!tangent) continue;
          const w = theta[weights + i * inputs + j]!;
          const aDot = j * d;
          for (let p = 0; p < d; p++) {
            zDot[p] = zDot[p]! + w * tangent[aDot + p]!;
            const [sp, tp] = [S[row + p]!, tangent[aDot + p]!];
            const at = p * d;
            const aDDot = j * d * d + at;
            for (let q = 0; q < d; q++) {
              zDDot[at + q] =
                zDDot[at + q]! +
                sp * tangent[aDot + q]! +
                S[row + q]! * tp +
                w * second![aDDot + q]!;
            }
          }
        }
        if (last) continue;
        const [, slope, bend] = derivatives[k]![i]!;
        for (let p = 0; p < d; p++) {
          for (let q = 0; q < d; q++) {
            zDDot[p * d + q] = slope * zDDot[p * d + q]! + bend * zDot[p]! * zDot[q]!;
          }
        }
        for (let p = 0; p < d; p++) zDot[p] = slope * zDot[p]!;
      }
      tangent = nextTangent;
      second = nextSecond;
    });
  });
  return B;
}
