// What losses are made of: sums, and cotangents of the outputs without the common factor, panel by panel.

import { expOfMinusSize, oneOr } from './activations';
import {
  constant,
  expm1AndExp,
  expNonpositive,
  FOUR,
  HALF,
  log,
  log1p,
  log1pOfUnit,
  MINUS_TWO,
  ONE,
  size,
  withSign,
} from './elementary';
import { isQuadratic, isRelative, Loss, numeratorOf } from './generated/names';
import { Network } from './generated/structs';
import { layerAt } from './network';
import { scale } from './normalization';
import { firstBytes, VECTOR, splat, sumLanesWide } from './simd';

/** Adds the loss of a panel to the sums; leaves the cotangent of the outputs in `delta`, 0 in the padding. */
export function panelLoss<T>(net: Network, stride: usize, columns: usize, count: i32): void {
  const width = layerAt(net, net.depth - 1).width;
  if (isQuadratic(net.loss)) {
    residuals<T>(net.delta, net.outputs, net.targetPanel, stride, width, columns);
    clearPadding<T>(net.delta, stride, width, columns, count);
    if (net.unit != 1) divide<T>(net.delta, stride, width, columns, net.unit);
    net.lossSum += sumOfSquares<T>(net.delta, stride, width, columns);
    if (isRelative(net.loss)) {
      clearPadding<T>(net.targetPanel, stride, width, columns, count);
      if (net.targetUnit != 1) divide<T>(net.targetPanel, stride, width, columns, net.targetUnit);
      net.targetSum += sumOfSquares<T>(net.targetPanel, stride, width, columns);
    }
    return;
  }
  switch (net.loss) {
    case Loss.crossEntropy: {
      net.lossSum += crossEntropy<T>(net.delta, net.outputs, net.targetPanel, stride, width, count);
      break;
    }
    case Loss.huber: {
      net.lossSum += entries<T>(Loss.huber, net, stride, width, count);
      break;
    }
    case Loss.binaryCrossEntropy: {
      net.lossSum += entries<T>(Loss.binaryCrossEntropy, net, stride, width, count);
      break;
    }
    case Loss.absoluteError: {
      net.lossSum += entries<T>(Loss.absoluteError, net, stride, width, count);
      break;
    }
    case Loss.logCosh: {
      net.lossSum += entries<T>(Loss.logCosh, net, stride, width, count);
      break;
    }
    default:
      unreachable();
  }
  clearPadding<T>(net.delta, stride, width, columns, count);
}

/** What `lossTangent` needs of the outputs in a panel, if the loss is not quadratic: ∂²/∂N² if it is of single outputs. */
export function lossCurvature<T>(net: Network, bend: usize, stride: usize): void {
  switch (net.loss) {
    case Loss.crossEntropy: {
      softmaxShares<T>(bend, net.outputs, stride, layerAt(net, net.depth - 1).width);
      break;
    }
    case Loss.huber: {
      curvatures<T>(Loss.huber, net, bend, stride);
      break;
    }
    case Loss.binaryCrossEntropy: {
      curvatures<T>(Loss.binaryCrossEntropy, net, bend, stride);
      break;
    }
    case Loss.logCosh: {
      curvatures<T>(Loss.logCosh, net, bend, stride);
      break;
    }
    case Loss.absoluteError: {
      memory.fill(bend, 0, <usize>layerAt(net, net.depth - 1).width * stride);
      break;
    }
    default:
      unreachable();
  }
}

/** R of the cotangents from R N, which it replaces, if the loss is not quadratic. */
export function lossTangent<T>(
  net: Network,
  tangent: usize,
  bend: usize,
  stride: usize,
  count: i32,
): void {
  switch (net.loss) {
    case Loss.crossEntropy: {
      softmaxTangent<T>(tangent, bend, stride, layerAt(net, net.depth - 1).width, count);
      break;
    }
    default:
      scale<T>(tangent, bend, stride, layerAt(net, net.depth - 1).width, stride);
  }
}

/** The loss from its sums. */
export function lossValue(net: Network, count: i32): f64 {
  return isRelative(net.loss)
    ? sqrt(net.lossSum / net.targetSum) * (net.unit / net.targetUnit)
    : net.lossSum / <f64>count;
}

/** dL/dN = cotangent·numerator/denominator; at S = 0 of √(S/T) the subgradient 0. */
export function setFactor(net: Network, count: i32): void {
  net.numerator = numeratorOf(net.loss);
  net.denominator = <f64>count;
  if (isRelative(net.loss)) {
    net.denominator =
      net.lossSum == 0 ? 1 : sqrt(net.lossSum) * sqrt(net.targetSum) * net.targetUnit;
  }
}

/** Whether the sums of √(S/T) lost nothing to overflow or underflow of squares; true for other losses. */
export function keepsDigits<T>(net: Network): bool {
  return !isRelative(net.loss) || (isModerate<T>(net.lossSum) && isModerate<T>(net.targetSum));
}

// @ts-ignore: decorator
@inline
function isModerate<T>(sum: f64): bool {
  if (sizeof<T>() == 8) return sum > 1e-270 && sum < 1e300;
  else return sum > 1e-24 && sum < 1e30;
}

/** The largest power of two up to x; 1 for 0, ∞ and NaN. */
export function powerOfTwoBelow(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return 1;
  let power: f64 = 1;
  while (power > x) power *= 0.5;
  while (x / power >= 2) power *= 2;
  return power;
}

/** The largest |x| of a panel; NaN if there is one. */
export function largestSize<T>(panel: usize, stride: usize, rows: i32, columns: usize): f64 {
  let most: f64 = 0;
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c += sizeof<T>()) {
      most = max<f64>(most, abs<f64>(<f64>load<T>(panel + c)));
    }
    panel += stride;
  }
  return most;
}

/** panel /= unit, a power of two. */
function divide<T>(panel: usize, stride: usize, rows: i32, columns: usize, unit: f64): void {
  const by = splat<T>(unit);
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c += VECTOR) {
      v128.store(panel + c, v128.div<T>(v128.load(panel + c), by));
    }
    panel += stride;
  }
}

/** The columns of a feature from sample `count` on become 0. */
export function clearPadding<T>(
  panel: usize,
  stride: usize,
  rows: i32,
  columns: usize,
  count: i32,
): void {
  const used = <usize>count * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    memory.fill(panel + used, 0, columns - used);
    panel += stride;
  }
}

/** cotangent = outputs − targets, all panels of `rows` features. */
export function residuals<T>(
  cotangent: usize,
  outputs: usize,
  targets: usize,
  stride: usize,
  rows: i32,
  columns: usize,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c += VECTOR) {
      v128.store(cotangent + c, v128.sub<T>(v128.load(outputs + c), v128.load(targets + c)));
    }
    cotangent += stride;
    outputs += stride;
    targets += stride;
  }
}

/** Σ x² over a panel, in f64 across features. */
function sumOfSquares<T>(panel: usize, stride: usize, rows: i32, columns: usize): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    let partial = v128.splat<T>(<T>0);
    for (let c: usize = 0; c < columns; c += VECTOR) {
      const x = v128.load(panel + c);
      partial = v128.add<T>(partial, v128.mul<T>(x, x));
    }
    sum += sumLanesWide<T>(partial);
    panel += stride;
  }
  return sum;
}

/** Cotangents of a loss of single outputs, and its sum over `count` samples of a panel. `loss` is a literal. */
// @ts-ignore: decorator
@inline
function entries<T>(loss: i32, net: Network, stride: usize, rows: i32, count: i32): f64 {
  const parameter = splat<T>(net.lossParameter);
  const bytes = <usize>count * sizeof<T>();
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const row = <usize>r * stride;
    let partial = v128.splat<T>(<T>0);
    for (let c: usize = 0; c < bytes; c += VECTOR) {
      const n = v128.load(net.outputs + row + c);
      const y = v128.load(net.targetPanel + row + c);
      let value = v128.splat<T>(<T>0);
      const to = net.delta + row + c;
      if (loss == Loss.huber) value = huber<T>(n, y, parameter, to);
      else if (loss == Loss.binaryCrossEntropy) value = binaryCrossEntropy<T>(n, y, to);
      else if (loss == Loss.absoluteError) value = absoluteError<T>(n, y, splat<T>(net.lossKink), to);
      else if (loss == Loss.logCosh) value = logCosh<T>(n, y, to);
      else unreachable();
      partial = v128.add<T>(partial, v128.and(value, firstBytes(bytes - c)));
    }
    sum += sumLanesWide<T>(partial);
  }
  return sum;
}

/** ∂²/∂N² of a loss of single outputs. `loss` is a literal. */
// @ts-ignore: decorator
@inline
function curvatures<T>(loss: i32, net: Network, bend: usize, stride: usize): void {
  const parameter = splat<T>(net.lossParameter);
  const size = <usize>layerAt(net, net.depth - 1).width * stride;
  for (let c: usize = 0; c < size; c += VECTOR) {
    const n = v128.load(net.outputs + c);
    const y = v128.load(net.targetPanel + c);
    let second = v128.splat<T>(<T>0);
    if (loss == Loss.huber) second = huberCurvature<T>(n, y, parameter);
    else if (loss == Loss.binaryCrossEntropy) second = logisticSlope<T>(n);
    else if (loss == Loss.logCosh) second = logCoshCurvature<T>(n, y);
    else unreachable();
    v128.store(bend + c, second);
  }
}

/** m(r − m/2) with the cotangent m, r cut to [−δ, δ]. */
// @ts-ignore: decorator
@inline
function huber<T>(n: v128, y: v128, delta: v128, cotangent: usize): v128 {
  const r = v128.sub<T>(n, y);
  const m = v128.pmin<T>(v128.pmax<T>(r, v128.neg<T>(delta)), delta);
  v128.store(cotangent, m);
  return v128.mul<T>(m, v128.sub<T>(r, v128.mul<T>(constant<T>(HALF), m)));
}

// @ts-ignore: decorator
@inline
function huberCurvature<T>(n: v128, y: v128, delta: v128): v128 {
  return v128.and(constant<T>(ONE), v128.lt<T>(size<T>(v128.sub<T>(n, y)), delta));
}

/**
 * log(1 + e^N) − yN = |N|·(1 − y or y) + log(1 + e^(−|N|)), the first for N ≥ 0, with the cotangent
 * (1 − y)s(N) − y·s(−N), s the logistic function.
 */
// @ts-ignore: decorator
@inline
function binaryCrossEntropy<T>(n: v128, y: v128, cotangent: usize): v128 {
  const one = constant<T>(ONE);
  const e = expOfMinusSize<T>(n);
  const d = v128.add<T>(one, e);
  const s = v128.div<T>(oneOr<T>(e, n), d);
  const rest = v128.div<T>(oneOr<T>(e, v128.neg<T>(n)), d);
  const against = v128.sub<T>(one, y);
  v128.store(cotangent, v128.sub<T>(v128.mul<T>(against, s), v128.mul<T>(y, rest)));
  const share = v128.bitselect(against, y, v128.ge<T>(n, v128.splat<T>(<T>0)));
  return v128.add<T>(v128.mul<T>(size<T>(n), share), log1pOfUnit<T>(e));
}

/** s(N)s(−N). */
// @ts-ignore: decorator
@inline
function logisticSlope<T>(n: v128): v128 {
  const e = expOfMinusSize<T>(n);
  const d = v128.add<T>(constant<T>(ONE), e);
  return v128.mul<T>(v128.div<T>(e, d), v128.div<T>(constant<T>(ONE), d));
}

/** |r| with the cotangent sign r. */
// @ts-ignore: decorator
@inline
function absoluteError<T>(n: v128, y: v128, atKink: v128, cotangent: usize): v128 {
  const zero = v128.splat<T>(<T>0);
  const r = v128.sub<T>(n, y);
  const signed = withSign<T>(constant<T>(ONE), r);
  const known = v128.bitselect(signed, r, v128.eq<T>(r, r));
  v128.store(cotangent, v128.bitselect(atKink, known, v128.eq<T>(r, zero)));
  return size<T>(r);
}

/**
 * log cosh r with the cotangent tanh r. With e = e^(−2|r|) and m = e − 1, tanh |r| = −m/(1 + e) and sinh² r = m²/(4e):
 * log(1 + sinh² r)/2 near 0, |r| − log 2 + log(1 + e) elsewhere.
 */
// @ts-ignore: decorator
@inline
function logCosh<T>(n: v128, y: v128, cotangent: usize): v128 {
  const r = v128.sub<T>(n, y);
  const u = size<T>(r);
  const m = expm1AndExp<T>(v128.mul<T>(u, constant<T>(MINUS_TWO)), cotangent);
  const e = v128.load(cotangent);
  const t = v128.div<T>(v128.neg<T>(m), v128.add<T>(constant<T>(ONE), e));
  v128.store(cotangent, withSign<T>(t, r));
  const near = v128.lt<T>(u, splat<T>(0.75));
  const square = v128.div<T>(v128.mul<T>(m, m), v128.mul<T>(constant<T>(FOUR), e));
  const rest = log1pOfUnit<T>(v128.bitselect(square, e, near));
  const far = v128.add<T>(v128.sub<T>(u, splat<T>(0.6931471805599453)), rest);
  return v128.bitselect(v128.mul<T>(constant<T>(HALF), rest), far, near);
}

/** 1/cosh² r. */
// @ts-ignore: decorator
@inline
function logCoshCurvature<T>(n: v128, y: v128): v128 {
  const r = v128.sub<T>(n, y);
  return v128.mul<T>(constant<T>(FOUR), logisticSlope<T>(v128.add<T>(r, r)));
}

/** Losses of the samples of a vector. */
const LOSSES: usize = memory.data(16, 16);

/** cotangent = softmax(outputs) − e_class, and Σ −log softmax(outputs)_class over the first `count` samples. */
function crossEntropy<T>(
  cotangent: usize,
  outputs: usize,
  targets: usize,
  stride: usize,
  rows: i32,
  count: i32,
): f64 {
  const lanes = <i32>(VECTOR / sizeof<T>());
  let sum: f64 = 0;
  for (let first = 0; first < count; first += lanes) {
    v128.store(LOSSES, softmax<T>(cotangent, outputs, v128.load(targets), stride, rows));
    const here = min(count - first, lanes);
    for (let p = 0; p < here; p++) sum += <f64>load<T>(LOSSES + <usize>p * sizeof<T>());
    cotangent += VECTOR;
    outputs += VECTOR;
    targets += VECTOR;
  }
  return sum;
}

/**
 * Of the samples of a vector. What other classes have is summed without the sample's own, whose cotangent and loss
 * −(others)/total and log(1 + others/own) then keep their digits where the network is nearly right.
 */
function softmax<T>(
  out: usize,
  outputs: usize,
  targets: v128,
  stride: usize,
  rows: i32,
): v128 {
  const zero = v128.splat<T>(<T>0);
  let largest = v128.load(outputs);
  let x = outputs;
  for (let r = 1; r < rows; r++) {
    x += stride;
    largest = v128.pmax<T>(largest, v128.load(x));
  }
  let others = zero;
  let own = zero;
  let gap = zero;
  let to = out;
  x = outputs;
  for (let r = 0; r < rows; r++) {
    const isOwn = v128.eq<T>(targets, v128.splat<T>(<T>r));
    const below = v128.sub<T>(v128.load(x), largest);
    const e = expNonpositive<T>(below);
    others = v128.add<T>(others, v128.andnot(e, isOwn));
    own = v128.bitselect(e, own, isOwn);
    gap = v128.bitselect(below, gap, isOwn);
    v128.store(to, e);
    x += stride;
    to += stride;
  }
  const total = v128.add<T>(others, own);
  const minusOthers = v128.neg<T>(others);
  to = out;
  for (let r = 0; r < rows; r++) {
    const isOwn = v128.eq<T>(targets, v128.splat<T>(<T>r));
    const numerator = v128.bitselect(minusOthers, v128.load(to), isOwn);
    v128.store(to, v128.div<T>(numerator, total));
    to += stride;
  }
  const likely = v128.gt<T>(own, splat<T>(1e-6));
  const near = log1p<T>(v128.div<T>(others, own));
  const loss = v128.bitselect(near, v128.sub<T>(log<T>(total), gap), likely);
  return v128.bitselect(loss, targets, v128.eq<T>(targets, targets));
}

/** softmax(outputs). */
function softmaxShares<T>(shares: usize, outputs: usize, stride: usize, rows: i32): void {
  for (let c: usize = 0; c < stride; c += VECTOR) {
    let largest = v128.load(outputs + c);
    let at = c;
    for (let r = 1; r < rows; r++) {
      at += stride;
      largest = v128.pmax<T>(largest, v128.load(outputs + at));
    }
    let total = v128.splat<T>(<T>0);
    at = c;
    for (let r = 0; r < rows; r++) {
      const e = expNonpositive<T>(v128.sub<T>(v128.load(outputs + at), largest));
      total = v128.add<T>(total, e);
      v128.store(shares + at, e);
      at += stride;
    }
    at = c;
    for (let r = 0; r < rows; r++) {
      v128.store(shares + at, v128.div<T>(v128.load(shares + at), total));
      at += stride;
    }
  }
}

/**
 * R p_i = p_i(R N_i − Σ_j p_j R N_j), with differences to the output m of the largest share: nothing cancels where
 * p_m is nearly 1.
 */
function softmaxTangent<T>(
  tangent: usize,
  shares: usize,
  stride: usize,
  rows: i32,
  count: i32,
): void {
  for (let p = 0; p < count; p++) {
    const first = <usize>p * sizeof<T>();
    let likeliest = first;
    let at = first;
    for (let r = 1; r < rows; r++) {
      at += stride;
      if (load<T>(shares + at) > load<T>(shares + likeliest)) likeliest = at;
    }
    const base = <f64>load<T>(tangent + likeliest);
    let mean: f64 = 0;
    at = first;
    for (let r = 0; r < rows; r++) {
      mean += <f64>load<T>(shares + at) * (<f64>load<T>(tangent + at) - base);
      at += stride;
    }
    at = first;
    for (let r = 0; r < rows; r++) {
      const change = <f64>load<T>(tangent + at) - base - mean;
      store<T>(tangent + at, <T>(<f64>load<T>(shares + at) * change));
      at += stride;
    }
  }
}
