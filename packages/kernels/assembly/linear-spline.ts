// One hidden layer between scalar input and output with a piecewise linear activation: N is a linear spline. With the
// samples in ascending order, the breakpoints of h neurons cut them into h + 1 segments, in each of which
// N = A·x + C: O(samples + h log samples) operations instead of O(h·samples). A and C are the sum of what neurons
// behind their breakpoints contribute, from left to right, and of the others, from right to left; with relu no
// inactive neuron is ever in a sum. Likewise backwards Σ r x and Σ r over what each neuron is active at.
//
// A pair of numbers, the factor of x and the constant, or Σ …x and Σ …, is a vector of two f64 whatever T is.

import { findBreakpoints, keyAt, neuronOf, sampleOf } from './breakpoints';
import { pairBytes } from './generated/constants';
import { Layer, Network, Spline } from './generated/structs';
import { lossValue, setFactor } from './losses';
import { layerAt } from './network';
import { firstBytes, PAIR, VECTOR, multiplyAdd, sumLanesWide } from './simd';
import { sortPairs } from './sorting';

const NEW = 0;
const SORTED = 1;
/** Data that are not moderate. */
const EXTREME = 2;

/** Whether this path serves the problem at θ; sorts the samples when first asked. */
export function isSpline<T>(net: Network): bool {
  if (!net.spline) return false;
  const spline = changetype<Spline>(net.spline);
  if (spline.state == NEW) takeSamples<T>(net, spline);
  return spline.state == SORTED && isModerate<T>(net.theta, net.dimension);
}

/**
 * Whether all numbers are finite and so far from overflow that A·x + C has it nowhere where v·(w·x + b) has not, nor
 * loses digits by underflow.
 */
function isModerate<T>(x: usize, count: i32): bool {
  const limit = sizeof<T>() == 8 ? <T>1.6e60 : <T>6.8e10;
  const limits = v128.splat<T>(limit);
  const end = x + <usize>count * sizeof<T>();
  let within = v128.eq<T>(limits, limits);
  for (; x + VECTOR <= end; x += VECTOR) {
    within = v128.and(within, v128.lt<T>(v128.abs<T>(v128.load(x)), limits));
  }
  if (!i32x4.all_true(within)) return false;
  for (; x < end; x += sizeof<T>()) {
    if (!(abs<T>(load<T>(x)) < limit)) return false;
  }
  return true;
}

function takeSamples<T>(net: Network, spline: Spline): void {
  spline.state = EXTREME;
  const samples = net.samples;
  if (!isModerate<T>(net.inputs, samples) || !isModerate<T>(net.targets, samples)) return;
  const bytes = <usize>samples * sizeof<T>();
  memory.copy(spline.inputs, net.inputs, bytes);
  memory.copy(spline.targets, net.targets, bytes);
  sortPairs<T>(spline.inputs, spline.targets, samples);
  let sum: f64 = 0;
  for (let c: usize = 0; c < bytes; c += sizeof<T>()) {
    const y = <f64>load<T>(spline.targets + c);
    sum += y * y;
  }
  spline.targetSum = sum;
  const h = layerAt(net, 0).width;
  for (let j = 0; j < h; j++) store<u64>(keyAt(spline.breakpoints, j), j);
  spline.state = SORTED;
}

/** As `risk` of all samples. */
export function splineRisk<T>(net: Network, withGradient: bool): f64 {
  const spline = changetype<Spline>(net.spline);
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  findBreakpoints<T>(spline.breakpoints, hidden, spline.inputs, net.samples);
  addContributions<T>(net, spline, hidden, output);
  net.lossSum = passSegments<T>(net, spline, hidden, output);
  net.targetSum = spline.targetSum;
  if (withGradient) {
    setFactor(net, net.samples);
    splineGradient<T>(net, spline, hidden, output);
  }
  return lossValue(net, net.samples);
}

/** A' of inactive neurons. */
// @ts-ignore: decorator
@inline
export function inactiveSlope(net: Network): v128 {
  return v128.load64_splat(net.spline, offsetof<Spline>('inactiveSlope'));
}

/** Address of a pair. */
// @ts-ignore: decorator
@inline
export function pairAt(pairs: usize, k: i32): usize {
  return pairs + <usize>k * pairBytes;
}

// @ts-ignore: decorator
@inline
export function loadPair<T>(first: usize, second: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_lane(second, v128.load64_zero(first), 1);
  else return f64x2.replace_lane(f64x2.splat(<f64>load<T>(first)), 1, <f64>load<T>(second));
}

/** Of all neurons (v·w, v·b), times A' before and behind the breakpoint. */
function addContributions<T>(net: Network, spline: Spline, hidden: Layer, output: Layer): void {
  const slope = inactiveSlope(net);
  const zero = f64x2.splat(0);
  let later = zero;
  v128.store(pairAt(spline.later, hidden.width), later);
  for (let k = hidden.width - 1; k >= 0; k--) {
    const at = <usize>neuronOf(keyAt(spline.breakpoints, k)) * sizeof<T>();
    const w = hidden.weights + at;
    const v = f64x2.splat(<f64>load<T>(output.weights + at));
    const active = f64x2.mul(v, loadPair<T>(w, hidden.biases + at));
    const inactive = f64x2.mul(slope, active);
    const left = f64x2.lt(f64x2.splat(<f64>load<T>(w)), zero);
    later = f64x2.add(later, v128.bitselect(active, inactive, left));
    v128.store(pairAt(spline.later, k), later);
    v128.store(pairAt(spline.behind, k), v128.bitselect(inactive, active, left));
  }
}

/** Σ r² of all samples; leaves Σ r x and Σ r of the segments. */
function passSegments<T>(net: Network, spline: Spline, hidden: Layer, output: Layer): f64 {
  const h = hidden.width;
  const bias = f64x2.replace_lane(f64x2.splat(0), 1, <f64>load<T>(output.biases));
  let earlier = f64x2.splat(0);
  let upTo = earlier;
  let squares: f64 = 0;
  let start = 0;
  for (let k = 0; k <= h; k++) {
    const end = k < h ? sampleOf(keyAt(spline.breakpoints, k)) : net.samples;
    const sums = pairAt(spline.sums, k);
    if (start == end) {
      v128.store(sums, f64x2.splat(0));
    } else {
      const line = f64x2.add(f64x2.add(earlier, v128.load(pairAt(spline.later, k))), bias);
      squares += residualSums<T>(spline, start, end, line, sums);
      upTo = f64x2.add(upTo, v128.load(sums));
      start = end;
    }
    v128.store(pairAt(spline.sumsUpTo, k), upTo);
    if (k < h) earlier = f64x2.add(earlier, v128.load(pairAt(spline.behind, k)));
  }
  return squares;
}

/** Bytes of samples that are summed in f64 or f32; sums of sums are f64. */
const BLOCK64: usize = 4096;
const BLOCK32: usize = 1024;

/** Σ r² over samples start … end − 1 of r = A·x + C − y; Σ r x and Σ r go to `sums`. */
function residualSums<T>(spline: Spline, start: i32, end: i32, line: v128, sums: usize): f64 {
  const a = v128.splat<T>(<T>f64x2.extract_lane(line, 0));
  const c = v128.splat<T>(<T>f64x2.extract_lane(line, 1));
  const zero = v128.splat<T>(<T>0);
  let x = spline.inputs + <usize>start * sizeof<T>();
  let y = spline.targets + <usize>start * sizeof<T>();
  let rest = <usize>(end - start) * sizeof<T>();
  let pair = f64x2.splat(0);
  let squares: f64 = 0;
  while (true) {
    const stop = x + min(rest, sizeof<T>() == 8 ? BLOCK64 : BLOCK32);
    rest -= stop - x;
    let q0 = zero;
    let q1 = zero;
    let s0 = zero;
    let s1 = zero;
    let t0 = zero;
    let t1 = zero;
    for (; x + PAIR <= stop; x += PAIR) {
      const x0 = v128.load(x);
      const x1 = v128.load(x, VECTOR);
      const r0 = v128.sub<T>(multiplyAdd<T>(a, x0, c), v128.load(y));
      const r1 = v128.sub<T>(multiplyAdd<T>(a, x1, c), v128.load(y, VECTOR));
      q0 = multiplyAdd<T>(r0, r0, q0);
      q1 = multiplyAdd<T>(r1, r1, q1);
      s0 = v128.add<T>(s0, r0);
      s1 = v128.add<T>(s1, r1);
      t0 = multiplyAdd<T>(r0, x0, t0);
      t1 = multiplyAdd<T>(r1, x1, t1);
      y += PAIR;
    }
    for (; x < stop; x += VECTOR) {
      const xs = v128.load(x);
      const selected = firstBytes(stop - x);
      const r = v128.and(v128.sub<T>(multiplyAdd<T>(a, xs, c), v128.load(y)), selected);
      q0 = multiplyAdd<T>(r, r, q0);
      s0 = v128.add<T>(s0, r);
      t0 = multiplyAdd<T>(r, xs, t0);
      y += VECTOR;
    }
    squares += sumLanesWide<T>(v128.add<T>(q0, q1));
    pair = f64x2.add(pair, sumPairs<T>(v128.add<T>(t0, t1), v128.add<T>(s0, s1)));
    if (rest == 0) break;
  }
  v128.store(sums, pair);
  return squares;
}

/** The sums of the lanes of two vectors. */
// @ts-ignore: decorator
@inline
export function sumPairs<T>(x: v128, y: v128): v128 {
  if (sizeof<T>() == 8) {
    return f64x2.add(i64x2.shuffle(x, y, 0, 2), i64x2.shuffle(x, y, 1, 3));
  } else {
    return f64x2.replace_lane(f64x2.splat(sumLanesWide<T>(x)), 1, sumLanesWide<T>(y));
  }
}

/** With Σ A' r x and Σ A' r of a neuron: ∂w = v Σ A' r x, ∂b = v Σ A' r, ∂v = w Σ A' r x + b Σ A' r. */
function splineGradient<T>(net: Network, spline: Spline, hidden: Layer, output: Layer): void {
  const slope = inactiveSlope(net);
  const zero = f64x2.splat(0);
  const numerator = f64x2.splat(net.numerator);
  const denominator = f64x2.splat(net.denominator);
  let from = v128.load(pairAt(spline.sums, hidden.width));
  for (let k = hidden.width - 1; k >= 0; k--) {
    const at = <usize>neuronOf(keyAt(spline.breakpoints, k)) * sizeof<T>();
    const line = loadPair<T>(hidden.weights + at, hidden.biases + at);
    const upTo = v128.load(pairAt(spline.sumsUpTo, k));
    const left = v128.lt<f64>(f64x2.splat(f64x2.extract_lane(line, 0)), zero);
    const active = v128.bitselect(upTo, from, left);
    const inactive = v128.bitselect(from, upTo, left);
    const sums = f64x2.add(active, f64x2.mul(slope, inactive));
    v128.store(pairAt(spline.neuronSums, k), sums);
    const v = f64x2.splat(<f64>load<T>(output.weights + at));
    const inner = f64x2.div(f64x2.mul(f64x2.mul(v, sums), numerator), denominator);
    store<T>(hidden.weightGradient + at, <T>f64x2.extract_lane(inner, 0));
    store<T>(hidden.biasGradient + at, <T>f64x2.extract_lane(inner, 1));
    const values = sumLanesWide<f64>(f64x2.mul(line, sums));
    store<T>(output.weightGradient + at, <T>((values * net.numerator) / net.denominator));
    from = f64x2.add(from, v128.load(pairAt(spline.sums, k)));
  }
  const all = f64x2.extract_lane(from, 1);
  store<T>(output.biasGradient, <T>((all * net.numerator) / net.denominator));
}
