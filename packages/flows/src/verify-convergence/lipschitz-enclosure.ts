import type { Network } from '@nonsmooth/nets';
import { hasPattern, suprema, widened } from './activation-enclosures.js';
import type { EnclosedPass, Layer } from './dense-enclosure.js';
import { add, interval, mul, point, sqrt, square, type Interval } from './interval.js';
import { operatorNorm } from './enclosed-matrices.js';

/** Upper bounds on a ball around θ, over all samples and outputs together. */
export interface Variation {
  /** ‖Dr(θ′) − Dr(θ″)‖ ≤ first·|θ′ − θ″|; ∞ where a kink may be met. */
  readonly first: number;
  /** (Σ_i|D³r_i|²)^½. */
  readonly second: number;
}

const none: Variation = { first: Infinity, second: Infinity };

function nonnegative(hi: number): Interval {
  return interval(0, hi);
}

function norm(values: readonly Interval[], more = 0): Interval {
  let sum = point(more);
  for (const value of values) sum = add(sum, square(value));
  return sqrt(sum);
}

/**
 * How much the derivatives of r can vary on the ball |θ′ − θ| ≤ radius. Along a unit direction h a layer z = Wa + b has
 * Dz[h] of norm ≤ |(a, 1)|·|h_layer| + ‖W‖|Da[h]|, and so on for its higher derivatives, in which the parts of h that
 * belong to different layers are orthogonal.
 */
export function variationOn(
  net: Network,
  layers: readonly Layer[],
  theta: ArrayLike<number>,
  passes: readonly EnclosedPass[],
  radius: number,
): Variation {
  if (layers.length === 1) return { first: 0, second: 0 };
  const ofPass = layers.length === 2 ? shallow : deep;
  let first = point(0);
  let second = point(0);
  for (const pass of passes) {
    const one = ofPass(net, layers, theta, pass, radius);
    if (!(one.first < Infinity)) return none;
    first = add(first, square(nonnegative(one.first)));
    second = add(second, square(nonnegative(one.second)));
  }
  return { first: sqrt(first).hi, second: second.hi < Infinity ? sqrt(second).hi : Infinity };
}

/**
 * With one hidden layer D²N is a sum over neurons of forms in their own parameters: of a neuron with pre-activation slope
 * p = (x, 1)·h and outgoing change q, σ″v·p² + 2σ′p·q, of norm at most the greater eigenvalue of [[A, B], [B, 0]].
 */
function shallow(
  net: Network,
  [hidden, output]: readonly Layer[],
  theta: ArrayLike<number>,
  { inputs, z }: EnclosedPass,
  radius: number,
): Variation {
  const x = norm(inputs[0]!, 1);
  const xx = square(x);
  let [first, second] = [0, 0];
  for (let j = 0; j < hidden!.fanOut; j++) {
    const outgoing = Array.from({ length: output!.fanOut }, (_, o) =>
      point(theta[output!.W + o * hidden!.fanOut + j]!),
    );
    const v = add(norm(outgoing), point(radius));
    const [s1, s2, s3] = suprema(net.activation, widened(z[0]![j]!, mul(x, point(radius)).hi));
    if (!(s1 < Infinity && s2 < Infinity)) return none;
    const A = mul(mul(v, nonnegative(s2)), xx);
    const B = mul(nonnegative(s1), x);
    const half = mul(A, point(0.5));
    first = Math.max(first, add(half, sqrt(add(square(half), square(B)))).hi);
    const third =
      s3 < Infinity
        ? add(
            mul(mul(rootOfFourThirds, nonnegative(s2)), xx),
            mul(mul(v, nonnegative(s3)), mul(x, xx)),
          ).hi
        : Infinity;
    second = Math.max(second, third);
  }
  return { first, second };
}

/** 2/√3: the largest of 3u²v on u² + v² = 1. */
const rootOfFourThirds: Interval = sqrt(interval(4 / 3, 1.3333333333333337));

function deep(
  net: Network,
  layers: readonly Layer[],
  theta: ArrayLike<number>,
  { inputs, z }: EnclosedPass,
  radius: number,
): Variation {
  const r = point(radius);
  // norms of the first three derivatives of the input of a layer
  let [d1, d2, d3] = [0, 0, 0].map(point) as [Interval, Interval, Interval];
  for (const [k, { fanIn, fanOut, W }] of layers.entries()) {
    const weights = Array.from({ length: fanIn * fanOut }, (_, i) => theta[W + i]!);
    const w = add(nonnegative(operatorNorm(weights, fanOut, fanIn)), r);
    const a = add(norm(inputs[k]!, 1), mul(d1, r));
    const z1 = sqrt(add(square(a), square(mul(w, d1))));
    const z2 = add(d1, mul(w, d2));
    const z3 = add(mul(rootOfFourThirds, d2), mul(w, d3));
    if (k === layers.length - 1) return { first: z2.hi, second: z3.hi };
    const reach = mul(z1, r).hi;
    let [s1, s2, s3] = [0, 0, 0];
    for (const value of z[k]!) {
      const [t1, t2, t3] = suprema(net.activation, widened(value, reach));
      [s1, s2, s3] = [Math.max(s1, t1), Math.max(s2, t2), Math.max(s3, t3)];
    }
    if (!(s1 < Infinity && s2 < Infinity)) return none;
    const [S1, S2] = [nonnegative(s1), nonnegative(s2)];
    const third =
      s3 < Infinity && d3.hi < Infinity
        ? add(
            add(mul(S1, z3), mul(point(3), mul(S2, mul(z1, z2)))),
            mul(nonnegative(s3), mul(z1, square(z1))),
          )
        : nonnegative(Infinity);
    [d1, d2, d3] = [mul(S1, z1), add(mul(S1, z2), mul(S2, square(z1))), third];
  }
  return none;
}

/** Whether every hidden pre-activation of a network of linear pieces keeps its sign on the ball; those of others may change. */
export function keepsPattern(
  net: Network,
  layers: readonly Layer[],
  theta: ArrayLike<number>,
  passes: readonly EnclosedPass[],
  radius: number,
): boolean {
  return (
    !hasPattern(net.activation) || variationOn(net, layers, theta, passes, radius).first < Infinity
  );
}
