// Second derivatives of linear splines (see linear-spline.ts). Of a segment all that they need of its samples are
// Σ x², Σ x and their number; along the vector (ω, β, ν, γ), R N = A'·x + C' there, a line again. What has r for a
// factor is each neuron's Σ A' r x and Σ A' r, which the gradient leaves. So a product at the same θ takes O(h)
// operations.

import { keyAt, neuronOf, sampleOf } from './breakpoints';
import { isRelative } from './generated/names';
import { Layer, Network, Spline, SplineSecondOrder } from './generated/structs';
import { keepsDigits } from './losses';
import { inactiveSlope, isSpline, loadPair, pairAt, splineRisk, sumPairs } from './linear-spline';
import { layerAt } from './network';
import { multiplyAdd, sumLanesWide } from './simd';

/** Loss, gradient and all that depends on θ only; false where the spline does not serve. */
export function prepareSpline<T>(state: SplineSecondOrder): bool {
  const net = state.net;
  if (!isSpline<T>(net)) return false;
  splineRisk<T>(net, true);
  updateMoments<T>(state, changetype<Spline>(net.spline));
  return keepsDigits<T>(net);
}

/** The moments of segments that are not what they were. */
function updateMoments<T>(state: SplineSecondOrder, spline: Spline): void {
  const h = layerAt(state.net, 0).width;
  let start = 0;
  let oldStart = 0;
  for (let k = 0; k <= h; k++) {
    const end = endOf(state.net, spline, k);
    const ends = state.ends + (<usize>k << 2);
    const oldEnd = load<i32>(ends);
    if (start != oldStart || end != oldEnd) {
      v128.store(pairAt(state.moments, k), momentsOf<T>(spline, start, end));
      store<i32>(ends, end);
    }
    start = end;
    oldStart = oldEnd;
  }
}

/** Where segment k ends. */
// @ts-ignore: decorator
@inline
export function endOf(net: Network, spline: Spline, k: i32): i32 {
  const last = k == layerAt(net, 0).width;
  return last ? net.samples : sampleOf(keyAt(spline.breakpoints, k));
}

/** Σ x² and Σ x over samples start … end − 1. */
function momentsOf<T>(spline: Spline, start: i32, end: i32): v128 {
  let x = spline.inputs + <usize>start * sizeof<T>();
  const stop = spline.inputs + <usize>end * sizeof<T>();
  const step = 2 * sizeof<T>();
  let q0 = f64x2.splat(0);
  let q1 = q0;
  let s0 = q0;
  let s1 = q0;
  for (; x + 2 * step <= stop; x += 2 * step) {
    const x0 = loadTwo<T>(x);
    const x1 = loadTwo<T>(x + step);
    q0 = multiplyAdd<f64>(x0, x0, q0);
    q1 = multiplyAdd<f64>(x1, x1, q1);
    s0 = f64x2.add(s0, x0);
    s1 = f64x2.add(s1, x1);
  }
  let pair = sumPairs<f64>(f64x2.add(q0, q1), f64x2.add(s0, s1));
  for (; x < stop; x += sizeof<T>()) {
    const value = <f64>load<T>(x);
    pair = f64x2.add(pair, f64x2.replace_lane(f64x2.splat(value), 0, value * value));
  }
  return pair;
}

// @ts-ignore: decorator
@inline
function loadTwo<T>(x: usize): v128 {
  if (sizeof<T>() == 8) return v128.load(x);
  else return f64x2.promote_low_f32x4(v128.load64_zero(x));
}

/** Hessian times vector. */
export function splineHessianVector<T>(state: SplineSecondOrder): void {
  const net = state.net;
  const spline = changetype<Spline>(net.spline);
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  addTangents<T>(state, spline, hidden, output);
  const alongResiduals = passTangents<T>(state, spline, hidden, output);
  multiplyBack<T>(state, spline, hidden, output);
  if (isRelative(net.loss)) {
    // the common factor 1/√(ST) changes too
    const change = alongResiduals / net.lossSum;
    for (let i: usize = 0; i < <usize>net.dimension * sizeof<T>(); i += sizeof<T>()) {
      const x = <f64>load<T>(state.product + i) - change * <f64>load<T>(net.gradient + i);
      store<T>(state.product + i, <T>x);
    }
  }
}

/** Of all neurons v·(ω, β) + ν·(w, b), times A' before and behind the breakpoint. */
function addTangents<T>(
  state: SplineSecondOrder,
  spline: Spline,
  hidden: Layer,
  output: Layer,
): void {
  const slope = inactiveSlope(state.net);
  const zero = f64x2.splat(0);
  const along = state.vector - state.net.theta;
  let later = zero;
  v128.store(pairAt(state.later, hidden.width), later);
  for (let k = hidden.width - 1; k >= 0; k--) {
    const at = <usize>neuronOf(keyAt(spline.breakpoints, k)) * sizeof<T>();
    const w = hidden.weights + at;
    const b = hidden.biases + at;
    const v = output.weights + at;
    const active = f64x2.add(
      f64x2.mul(f64x2.splat(<f64>load<T>(v)), loadPair<T>(w + along, b + along)),
      f64x2.mul(f64x2.splat(<f64>load<T>(v + along)), loadPair<T>(w, b)),
    );
    const inactive = f64x2.mul(slope, active);
    const left = f64x2.lt(f64x2.splat(<f64>load<T>(w)), zero);
    later = f64x2.add(later, v128.bitselect(active, inactive, left));
    v128.store(pairAt(state.later, k), later);
    v128.store(pairAt(state.behind, k), v128.bitselect(inactive, active, left));
  }
}

/** Σ r·R N; leaves Σ x·R N and Σ R N of the segments. */
function passTangents<T>(
  state: SplineSecondOrder,
  spline: Spline,
  hidden: Layer,
  output: Layer,
): f64 {
  const h = hidden.width;
  const gamma = <f64>load<T>(output.biases + (state.vector - state.net.theta));
  const bias = f64x2.replace_lane(f64x2.splat(0), 1, gamma);
  let earlier = f64x2.splat(0);
  let upTo = earlier;
  let alongResiduals = earlier;
  let start = 0;
  for (let k = 0; k <= h; k++) {
    const end = endOf(state.net, spline, k);
    const line = f64x2.add(f64x2.add(earlier, v128.load(pairAt(state.later, k))), bias);
    const moments = v128.load(pairAt(state.moments, k));
    const a = i64x2.shuffle(line, line, 0, 0);
    const c = i64x2.shuffle(line, line, 1, 1);
    const lower = f64x2.splat(<f64>(end - start));
    const sums = f64x2.add(
      f64x2.mul(a, moments),
      f64x2.mul(c, i64x2.shuffle(moments, lower, 1, 2)),
    );
    alongResiduals = f64x2.add(
      alongResiduals,
      f64x2.mul(line, v128.load(pairAt(spline.sums, k))),
    );
    upTo = f64x2.add(upTo, sums);
    v128.store(pairAt(state.sums, k), sums);
    v128.store(pairAt(state.sumsUpTo, k), upTo);
    if (k < h) earlier = f64x2.add(earlier, v128.load(pairAt(state.behind, k)));
    start = end;
  }
  return sumLanesWide<f64>(alongResiduals);
}

function multiplyBack<T>(
  state: SplineSecondOrder,
  spline: Spline,
  hidden: Layer,
  output: Layer,
): void {
  const net = state.net;
  const slope = inactiveSlope(net);
  const zero = f64x2.splat(0);
  const factor = net.numerator / net.denominator;
  const factors = f64x2.splat(factor);
  const along = state.vector - net.theta;
  const to = state.product - net.theta;
  let from = v128.load(pairAt(state.sums, hidden.width));
  for (let k = hidden.width - 1; k >= 0; k--) {
    const at = <usize>neuronOf(keyAt(spline.breakpoints, k)) * sizeof<T>();
    const w = hidden.weights + at;
    const b = hidden.biases + at;
    const v = output.weights + at;
    const line = loadPair<T>(w, b);
    const upTo = v128.load(pairAt(state.sumsUpTo, k));
    const left = f64x2.lt(i64x2.shuffle(line, line, 0, 0), zero);
    const active = v128.bitselect(upTo, from, left);
    const inactive = v128.bitselect(from, upTo, left);
    const sums = f64x2.add(active, f64x2.mul(slope, inactive));
    const residuals = v128.load(pairAt(spline.neuronSums, k));
    const inner = f64x2.mul(
      factors,
      f64x2.add(
        f64x2.mul(f64x2.splat(<f64>load<T>(v)), sums),
        f64x2.mul(f64x2.splat(<f64>load<T>(v + along)), residuals),
      ),
    );
    const tangent = loadPair<T>(w + along, b + along);
    const outer = f64x2.add(f64x2.mul(line, sums), f64x2.mul(tangent, residuals));
    store<T>(w + to, <T>f64x2.extract_lane(inner, 0));
    store<T>(b + to, <T>f64x2.extract_lane(inner, 1));
    store<T>(v + to, <T>(factor * sumLanesWide<f64>(outer)));
    from = f64x2.add(from, v128.load(pairAt(state.sums, k)));
  }
  store<T>(output.biases + to, <T>(factor * f64x2.extract_lane(from, 1)));
}
