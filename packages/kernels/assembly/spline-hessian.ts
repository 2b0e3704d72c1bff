// The dense Hessian of a linear spline, after `prepareSpline`: Σ J Jᵀ + Σ r ∇²N. The rows of J are A' times v x and v,
// and A'·(w x + b), so that of each pair of neurons Σ A' A' {x², x, 1} is needed: of the samples before both
// breakpoints, between them, and behind both. All are sums of segments' moments, none a difference of sums: O(h²).
// ∇²N couples v with the w and b of its own neuron, by A' x and A'.

import { keyAt, neuronOf } from './breakpoints';
import { isRelative } from './generated/names';
import { Network, Spline, SplineSecondOrder } from './generated/structs';
import { inactiveSlope, loadPair, pairAt } from './linear-spline';
import { layerAt } from './network';
import { sumLanesWide } from './simd';
import { endOf } from './spline-hessian-vector';

/** All second derivatives. */
export function splineHessian<T>(state: SplineSecondOrder): void {
  const net = state.net;
  const spline = changetype<Spline>(net.spline);
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  const h = hidden.width;
  const inactive = f64x2.extract_lane(inactiveSlope(net), 0);
  const factor = net.numerator / net.denominator;
  const last = 3 * h;
  sumMoments(state, h);
  for (let p = 0; p < h; p++) {
    const i = neuronOf(keyAt(spline.breakpoints, p));
    const at = <usize>i * sizeof<T>();
    const line = loadPair<T>(hidden.weights + at, hidden.biases + at);
    const v = <f64>load<T>(output.weights + at);
    const left = f64x2.extract_lane(line, 0) < 0;
    const before = factor * (left ? 1 : inactive);
    const behind = factor * (left ? inactive : 1);
    const end = endOf(net, spline, p);
    const upTo = f64x2.mul(f64x2.splat(before), v128.load(pairAt(state.sumsUpTo, p)));
    const countUpTo = before * <f64>end;
    const behinds = f64x2.splat(behind);
    let between = f64x2.splat(0);
    for (let q = p; q < h; q++) {
      const j = neuronOf(keyAt(spline.breakpoints, q));
      const there = <usize>j * sizeof<T>();
      const lineThere = loadPair<T>(hidden.weights + there, hidden.biases + there);
      const leftThere = f64x2.extract_lane(lineThere, 0) < 0;
      const beforeThere = leftThere ? 1 : inactive;
      const behindThere = leftThere ? inactive : 1;
      if (q > p) between = f64x2.add(between, v128.load(pairAt(state.moments, q)));
      const endThere = endOf(net, spline, q);
      const rest = v128.load(pairAt(state.later, q + 1));
      const sums = f64x2.add(
        f64x2.mul(f64x2.splat(beforeThere), f64x2.add(upTo, f64x2.mul(behinds, between))),
        f64x2.mul(f64x2.splat(behindThere * behind), rest),
      );
      const count =
        beforeThere * (countUpTo + behind * <f64>(endThere - end)) +
        behindThere * behind * <f64>(net.samples - endThere);
      const vThere = <f64>load<T>(output.weights + there);
      putProducts<T>(state, i, j, v, vThere, line, lineThere, sums, count);
    }

    const residuals = f64x2.mul(f64x2.splat(factor), v128.load(pairAt(spline.neuronSums, p)));
    increase<T>(state, i, 2 * h + i, f64x2.extract_lane(residuals, 0));
    increase<T>(state, h + i, 2 * h + i, f64x2.extract_lane(residuals, 1));

    // J of the output's bias is 1
    const rest = f64x2.mul(behinds, v128.load(pairAt(state.later, p + 1)));
    const sumX = f64x2.extract_lane(upTo, 1) + f64x2.extract_lane(rest, 1);
    const sum = countUpTo + behind * <f64>(net.samples - end);
    put<T>(state, i, last, v * sumX);
    put<T>(state, h + i, last, v * sum);
    const sums = f64x2.replace_lane(f64x2.splat(sumX), 1, sum);
    put<T>(state, 2 * h + i, last, sumLanesWide<f64>(f64x2.mul(line, sums)));
  }
  put<T>(state, last, last, factor * <f64>net.samples);
  if (isRelative(net.loss)) addChangeOfFactor<T>(state, net);
}

/** Σ x² and Σ x of the segments up to each, and from each on. */
function sumMoments(state: SplineSecondOrder, h: i32): void {
  let sum = f64x2.splat(0);
  for (let k = 0; k <= h; k++) {
    sum = f64x2.add(sum, v128.load(pairAt(state.moments, k)));
    v128.store(pairAt(state.sumsUpTo, k), sum);
  }
  sum = f64x2.splat(0);
  for (let k = h; k >= 0; k--) {
    sum = f64x2.add(sum, v128.load(pairAt(state.moments, k)));
    v128.store(pairAt(state.later, k), sum);
  }
}

/** Σ J Jᵀ for two neurons with Σ A' A' x², Σ A' A' x, Σ A' A'. */
// @ts-ignore: decorator
@inline
function putProducts<T>(
  state: SplineSecondOrder,
  i: i32,
  j: i32,
  vi: f64,
  vj: f64,
  linei: v128,
  linej: v128,
  sums: v128,
  count: f64,
): void {
  const h = layerAt(state.net, 0).width;
  const lower = i64x2.shuffle(sums, f64x2.splat(count), 1, 2);
  const vv = vi * vj;
  const inner = f64x2.mul(f64x2.splat(vv), sums);
  put<T>(state, i, j, f64x2.extract_lane(inner, 0));
  put<T>(state, i, h + j, f64x2.extract_lane(inner, 1));
  put<T>(state, h + i, j, f64x2.extract_lane(inner, 1));
  put<T>(state, h + i, h + j, vv * count);
  // Σ A' A' x (w x + b) and Σ A' A' (w x + b)
  const ofi = valueProducts(linei, sums, lower);
  const ofj = valueProducts(linej, sums, lower);
  put<T>(state, i, 2 * h + j, vi * f64x2.extract_lane(ofj, 0));
  put<T>(state, h + i, 2 * h + j, vi * f64x2.extract_lane(ofj, 1));
  put<T>(state, j, 2 * h + i, vj * f64x2.extract_lane(ofi, 0));
  put<T>(state, h + j, 2 * h + i, vj * f64x2.extract_lane(ofi, 1));
  put<T>(state, 2 * h + i, 2 * h + j, sumLanesWide<f64>(f64x2.mul(linei, ofj)));
}

// @ts-ignore: decorator
@inline
function valueProducts(line: v128, sums: v128, lower: v128): v128 {
  return f64x2.add(
    f64x2.mul(i64x2.shuffle(line, line, 0, 0), sums),
    f64x2.mul(i64x2.shuffle(line, line, 1, 1), lower),
  );
}

/** H −= √(ST)/S·∇L ∇Lᵀ, because the common factor 1/√(ST) of ∇L changes too. */
function addChangeOfFactor<T>(state: SplineSecondOrder, net: Network): void {
  const change = net.denominator / net.lossSum;
  const d = net.dimension;
  for (let i = 0; i < d; i++) {
    const x = <f64>load<T>(net.gradient + <usize>i * sizeof<T>());
    for (let j = i; j < d; j++) {
      const y = <f64>load<T>(net.gradient + <usize>j * sizeof<T>());
      put<T>(state, i, j, <f64>load<T>(entry<T>(state, i, j)) - x * y * change);
    }
  }
}

// @ts-ignore: decorator
@inline
function entry<T>(state: SplineSecondOrder, i: i32, j: i32): usize {
  return state.hessian + <usize>(i * state.net.dimension + j) * sizeof<T>();
}

/** To both sides of the diagonal. */
// @ts-ignore: decorator
@inline
function put<T>(state: SplineSecondOrder, i: i32, j: i32, x: f64): void {
  store<T>(entry<T>(state, i, j), <T>x);
  store<T>(entry<T>(state, j, i), <T>x);
}

// @ts-ignore: decorator
@inline
function increase<T>(state: SplineSecondOrder, i: i32, j: i32, x: f64): void {
  put<T>(state, i, j, <f64>load<T>(entry<T>(state, i, j)) + x);
}
