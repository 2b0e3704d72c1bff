import type { Network } from '@nonsmooth/nets';
import { jetOn, type Jet } from './activation-enclosures.js';
import { add, mul, one, point, square, sub, zero, type Interval } from './interval.js';

/** One affine layer: its weights row by row, and its bias, as places in θ. */
export interface Layer {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly W: number;
  readonly b: number;
}

/** The layers of a dense network, read off the layout of its parameters. */
export function readLayers({ widths, layout }: Network): Layer[] {
  const place = new Map(layout.map(({ name, offset }) => [name, offset]));
  return widths.slice(1).map((fanOut, k) => ({
    fanIn: widths[k]!,
    fanOut,
    W: place.get(`W${k + 1}`)!,
    b: place.get(`b${k + 1}`)!,
  }));
}

/** What one sample's pass through the network encloses. */
export interface EnclosedPass {
  /** Inputs of the layers: x, then the hidden activations. */
  readonly inputs: readonly (readonly Interval[])[];
  /** Pre-activations of all layers; the last are the outputs. */
  readonly z: readonly (readonly Interval[])[];
  /** σ and its derivatives at the hidden ones. */
  readonly jets: readonly (readonly Jet[])[];
}

/** The pass of x at θ. */
export function enclosePass(
  net: Network,
  layers: readonly Layer[],
  theta: ArrayLike<number>,
  x: readonly number[],
): EnclosedPass {
  let a: readonly Interval[] = x.map(point);
  const inputs = [a];
  const z: Interval[][] = [];
  const jets: Jet[][] = [];
  layers.forEach(({ fanIn, fanOut, W, b }, k) => {
    const out: Interval[] = [];
    for (let i = 0; i < fanOut; i++) {
      let sum = point(theta[b + i]!);
      for (let j = 0; j < fanIn; j++) sum = add(sum, mul(point(theta[W + i * fanIn + j]!), a[j]!));
      out.push(sum);
    }
    z.push(out);
    if (k === layers.length - 1) return;
    const jet = out.map((value) => jetOn(net.activation, value));
    jets.push(jet);
    a = jet.map(([value]) => value);
    inputs.push(a);
  });
  return { inputs, z, jets };
}

/** ∂N_o/∂θ at a pass. */
export function encloseGradient(
  layers: readonly Layer[],
  theta: ArrayLike<number>,
  { inputs, jets }: EnclosedPass,
  o: number,
  dimension: number,
): Interval[] {
  const row = Array<Interval>(dimension).fill(zero);
  let above: Interval[] = Array.from({ length: layers.at(-1)!.fanOut }, (_, i) =>
    i === o ? one : zero,
  );
  for (let k = layers.length - 1; k >= 0; k--) {
    const { fanIn, fanOut, W, b } = layers[k]!;
    const a = inputs[k]!;
    for (let i = 0; i < fanOut; i++) {
      row[b + i] = above[i]!;
      for (let j = 0; j < fanIn; j++) row[W + i * fanIn + j] = mul(above[i]!, a[j]!);
    }
    if (k === 0) break;
    above = a.map((_, j) => {
      let sum = zero;
      for (let i = 0; i < fanOut; i++) {
        sum = add(sum, mul(point(theta[W + i * fanIn + j]!), above[i]!));
      }
      return mul(jets[k - 1]![j]![1], sum);
    });
  }
  return row;
}

/** A residual with its derivatives by sample and output. */
export interface EnclosedResidual {
  readonly layers: readonly Layer[];
  readonly passes: readonly EnclosedPass[];
  /** N − y, samples × outputs. */
  readonly r: readonly Interval[];
  /** Its gradients. */
  readonly J: readonly (readonly Interval[])[];
}

/** Samples as the risk has them: count × inputs and count × outputs. */
export interface Rows {
  readonly count: number;
  readonly inputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
}

/** The input of one sample. */
export function inputOf({ inputs }: Rows, s: number, width: number): number[] {
  return Array.from({ length: width }, (_, j) => inputs[s * width + j]!);
}

/** Residual and Jacobian at θ. */
export function encloseResidual(
  net: Network,
  rows: Rows,
  theta: ArrayLike<number>,
): EnclosedResidual {
  const layers = readLayers(net);
  const outputs = layers.at(-1)!.fanOut;
  const r: Interval[] = [];
  const J: Interval[][] = [];
  const passes = Array.from({ length: rows.count }, (_, s) => {
    const pass = enclosePass(net, layers, theta, inputOf(rows, s, net.widths[0]!));
    for (let o = 0; o < outputs; o++) {
      r.push(sub(pass.z.at(-1)![o]!, point(rows.targets[s * outputs + o]!)));
      J.push(encloseGradient(layers, theta, pass, o, net.dimension));
    }
    return pass;
  });
  return { layers, passes, r, J };
}

/**
 * D²N_o[s_p, s_q] of one sample for the columns s_p of S (d × d) and every output o: for curves θ + t·s the values, slopes
 * and bends of all layers. [o][p·d + q], of which q ≤ p is computed.
 */
export function encloseCurvature(
  layers: readonly Layer[],
  theta: ArrayLike<number>,
  { inputs, jets }: EnclosedPass,
  S: ArrayLike<number>,
  d: number,
): Interval[][] {
  let slopes: Interval[][] = [];
  let bends: Interval[][] = [];
  for (const [k, { fanIn, fanOut, W, b }] of layers.entries()) {
    const a = inputs[k]!;
    const [nextSlopes, nextBends]: [Interval[][], Interval[][]] = [[], []];
    for (let i = 0; i < fanOut; i++) {
      const s = (parameter: number, p: number): Interval => point(S[parameter * d + p]!);
      const slope = Array.from({ length: d }, (_, p) => {
        let sum = s(b + i, p);
        for (let j = 0; j < fanIn; j++) {
          const w = W + i * fanIn + j;
          sum = add(sum, mul(s(w, p), a[j]!));
          if (k > 0) sum = add(sum, mul(point(theta[w]!), slopes[j]![p]!));
        }
        return sum;
      });
      const bend = Array<Interval>(d * d).fill(zero);
      const jet = jets[k]?.[i];
      for (let p = 0; p < d; p++) {
        for (let q = 0; q <= p; q++) {
          let sum = zero;
          for (let j = 0; k > 0 && j < fanIn; j++) {
            const w = W + i * fanIn + j;
            const cross = add(
              mul(s(w, p), slopes[j]![q]!),
              p === q ? mul(s(w, p), slopes[j]![q]!) : mul(s(w, q), slopes[j]![p]!),
            );
            sum = add(sum, add(cross, mul(point(theta[w]!), bends[j]![p * d + q]!)));
          }
          if (jet) {
            const turn = p === q ? square(slope[p]!) : mul(slope[p]!, slope[q]!);
            sum = add(mul(jet[1], sum), mul(jet[2], turn));
          }
          bend[p * d + q] = sum;
          bend[q * d + p] = sum;
        }
      }
      nextSlopes.push(jet ? slope.map((value) => mul(jet[1], value)) : slope);
      nextBends.push(bend);
    }
    [slopes, bends] = [nextSlopes, nextBends];
  }
  return bends;
}
