// One hidden layer between scalar input and output: N(x) = c + Σ_j v_j A(w_j x + b_j). The factor v_j comes out of
// the sums over the batch: with r = N − y, ∂w_j = v_j Σ r A' x, ∂b_j = v_j Σ r A', ∂v_j = Σ r A.

import { Activation } from './generated/names';
import { Layer, Network } from './generated/structs';
import { PAIR, VECTOR, multiplyAdd, sumLanes } from './simd';
import { put } from './weight-gradient';

/** Whether a network is of this kind. */
export function isShallow(net: Network, outputWidth: i32): bool {
  return net.depth == 2 && net.inputWidth == 1 && outputWidth == 1 && !net.normalized;
}

/** Whether its activation is max(z, 0) with relu'(0) = 0, where the sign of A says all about A'. */
export function isRelu(net: Network): bool {
  return net.activation == Activation.relu && net.kink == 0;
}

/** N of the inputs in the input panel; leaves A in the panel of the output layer. */
export function reluForward<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  stride: usize,
  columns: usize,
): void {
  const c = v128.load_splat<T>(output.biases);
  for (let p: usize = 0; p < columns; p += VECTOR) v128.store(net.outputs + p, c);
  let w = hidden.weights;
  let b = hidden.biases;
  let v = output.weights;
  let value = output.panel;
  let j = 0;
  for (; j + 4 <= hidden.width; j += 4) {
    relu4<T>(w, b, v, net.inputPanel, value, stride, net.outputs, columns);
    w += 4 * sizeof<T>();
    b += 4 * sizeof<T>();
    v += 4 * sizeof<T>();
    value += stride << 2;
  }
  for (; j < hidden.width; j++) {
    relu1<T>(w, b, v, net.inputPanel, value, net.outputs, columns);
    w += sizeof<T>();
    b += sizeof<T>();
    v += sizeof<T>();
    value += stride;
  }
}

/** A = max(w·x + b, 0), which is stored. */
// @ts-ignore: decorator
@inline
function relu<T>(x: v128, w: v128, b: v128, value: usize): v128 {
  const a = v128.pmax<T>(multiplyAdd<T>(w, x, b), v128.splat<T>(<T>0));
  v128.store(value, a);
  return a;
}

/** Two vectors of samples at a time: the sum over neurons is a chain of dependent additions. */
function relu4<T>(
  w: usize,
  b: usize,
  v: usize,
  x: usize,
  value: usize,
  stride: usize,
  out: usize,
  columns: usize,
): void {
  const end = x + columns;
  for (; x < end; x += PAIR) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, VECTOR);
    let sum0 = v128.load(out);
    let sum1 = v128.load(out, VECTOR);
    let ws = v128.load_splat<T>(w);
    let bs = v128.load_splat<T>(b);
    let vs = v128.load_splat<T>(v);
    sum0 = multiplyAdd<T>(vs, relu<T>(x0, ws, bs, value), sum0);
    sum1 = multiplyAdd<T>(vs, relu<T>(x1, ws, bs, value + VECTOR), sum1);
    let row = value + stride;
    ws = v128.load_splat<T>(w, 1 * sizeof<T>());
    bs = v128.load_splat<T>(b, 1 * sizeof<T>());
    vs = v128.load_splat<T>(v, 1 * sizeof<T>());
    sum0 = multiplyAdd<T>(vs, relu<T>(x0, ws, bs, row), sum0);
    sum1 = multiplyAdd<T>(vs, relu<T>(x1, ws, bs, row + VECTOR), sum1);
    row += stride;
    ws = v128.load_splat<T>(w, 2 * sizeof<T>());
    bs = v128.load_splat<T>(b, 2 * sizeof<T>());
    vs = v128.load_splat<T>(v, 2 * sizeof<T>());
    sum0 = multiplyAdd<T>(vs, relu<T>(x0, ws, bs, row), sum0);
    sum1 = multiplyAdd<T>(vs, relu<T>(x1, ws, bs, row + VECTOR), sum1);
    row += stride;
    ws = v128.load_splat<T>(w, 3 * sizeof<T>());
    bs = v128.load_splat<T>(b, 3 * sizeof<T>());
    vs = v128.load_splat<T>(v, 3 * sizeof<T>());
    sum0 = multiplyAdd<T>(vs, relu<T>(x0, ws, bs, row), sum0);
    sum1 = multiplyAdd<T>(vs, relu<T>(x1, ws, bs, row + VECTOR), sum1);
    v128.store(out, sum0);
    v128.store(out, sum1, VECTOR);
    out += PAIR;
    value += PAIR;
  }
}

function relu1<T>(
  w: usize,
  b: usize,
  v: usize,
  x: usize,
  value: usize,
  out: usize,
  columns: usize,
): void {
  const ws = v128.load_splat<T>(w);
  const bs = v128.load_splat<T>(b);
  const vs = v128.load_splat<T>(v);
  const end = x + columns;
  for (; x < end; x += VECTOR) {
    v128.store(out, multiplyAdd<T>(vs, relu<T>(v128.load(x), ws, bs, value), v128.load(out)));
    out += VECTOR;
    value += VECTOR;
  }
}

/**
 * Adds a panel's Σ r and Σ r x over the active samples to the gradient of b and w. After the last panel they become
 * the gradient; Σ r A = w·Σ r x + b·Σ r.
 */
export function reluBackward<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  delta: usize,
  stride: usize,
  columns: usize,
): void {
  const size = sizeof<T>();
  let value = output.panel;
  let toX = hidden.weightGradient;
  let to = hidden.biasGradient;
  let j = 0;
  for (; j + 4 <= hidden.width; j += 4) {
    activeSums4<T>(value, stride, net.inputPanel, delta, columns, toX, to, net.first);
    value += stride << 2;
    toX += size << 2;
    to += size << 2;
  }
  for (; j < hidden.width; j++) {
    activeSums1<T>(value, net.inputPanel, delta, columns, toX, to, net.first);
    value += stride;
    toX += size;
    to += size;
  }
  if (net.last) finishRelu<T>(net, hidden, output);
}

/** The gradient of the hidden layer and of v from Σ r x and Σ r in the places of the gradients of w and b. */
export function finishRelu<T>(net: Network, hidden: Layer, output: Layer): void {
  const size = sizeof<T>();
  const numerator = <T>net.numerator;
  const denominator = <T>net.denominator;
  for (let j = 0; j < hidden.width; j++) {
    const at = <usize>j * size;
    const sumX = load<T>(hidden.weightGradient + at);
    const sum = load<T>(hidden.biasGradient + at);
    const v = load<T>(output.weights + at);
    const w = load<T>(hidden.weights + at);
    const b = load<T>(hidden.biases + at);
    const sumA = <T>(w * sumX + b * sum);
    store<T>(output.weightGradient + at, <T>((sumA * numerator) / denominator));
    store<T>(hidden.weightGradient + at, <T>((v * sumX * numerator) / denominator));
    store<T>(hidden.biasGradient + at, <T>((v * sum * numerator) / denominator));
  }
}

/** Where A = 0: NaN counts as active, so that it is not lost. */
// @ts-ignore: decorator
@inline
function inactive<T>(value: usize): v128 {
  return v128.eq<T>(v128.load(value), v128.splat<T>(<T>0));
}

// @ts-ignore: decorator
@inline
function accumulate<T>(to: usize, index: usize, sums: v128, first: i32): void {
  const at = to + index * sizeof<T>();
  const sum = sumLanes<T>(sums);
  store<T>(at, first ? sum : <T>(load<T>(at) + sum));
}

function activeSums4<T>(
  value: usize,
  stride: usize,
  x: usize,
  delta: usize,
  columns: usize,
  toX: usize,
  to: usize,
  first: i32,
): void {
  let s0 = v128.splat<T>(<T>0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  const end = x + columns;
  for (; x < end; x += VECTOR) {
    const r = v128.load(delta);
    const rx = v128.mul<T>(r, v128.load(x));
    let row = value;
    let off = inactive<T>(row);
    s0 = v128.add<T>(s0, v128.andnot(r, off));
    t0 = v128.add<T>(t0, v128.andnot(rx, off));
    row += stride;
    off = inactive<T>(row);
    s1 = v128.add<T>(s1, v128.andnot(r, off));
    t1 = v128.add<T>(t1, v128.andnot(rx, off));
    row += stride;
    off = inactive<T>(row);
    s2 = v128.add<T>(s2, v128.andnot(r, off));
    t2 = v128.add<T>(t2, v128.andnot(rx, off));
    row += stride;
    off = inactive<T>(row);
    s3 = v128.add<T>(s3, v128.andnot(r, off));
    t3 = v128.add<T>(t3, v128.andnot(rx, off));
    delta += VECTOR;
    value += VECTOR;
  }
  accumulate<T>(to, 0, s0, first);
  accumulate<T>(to, 1, s1, first);
  accumulate<T>(to, 2, s2, first);
  accumulate<T>(to, 3, s3, first);
  accumulate<T>(toX, 0, t0, first);
  accumulate<T>(toX, 1, t1, first);
  accumulate<T>(toX, 2, t2, first);
  accumulate<T>(toX, 3, t3, first);
}

function activeSums1<T>(
  value: usize,
  x: usize,
  delta: usize,
  columns: usize,
  toX: usize,
  to: usize,
  first: i32,
): void {
  let s = v128.splat<T>(<T>0);
  let t = s;
  const end = x + columns;
  for (; x < end; x += VECTOR) {
    const r = v128.load(delta);
    const off = inactive<T>(value);
    s = v128.add<T>(s, v128.andnot(r, off));
    t = v128.add<T>(t, v128.andnot(v128.mul<T>(r, v128.load(x)), off));
    delta += VECTOR;
    value += VECTOR;
  }
  accumulate<T>(to, 0, s, first);
  accumulate<T>(toX, 0, t, first);
}

/** The gradient of the hidden layer and of v for any activation, from the stored values and slopes. */
export function smoothBackward<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  delta: usize,
  stride: usize,
  columns: usize,
): void {
  let value = output.panel;
  let slope = hidden.affine;
  let j = 0;
  for (; j + 2 <= hidden.width; j += 2) {
    smoothSums2<T>(net, hidden, output, j, value, slope, stride, delta, columns);
    value += stride << 1;
    slope += stride << 1;
  }
  if (j < hidden.width) smoothSums1<T>(net, hidden, output, j, value, slope, delta, columns);
}

/** Puts the sums of neuron j where they belong. */
function putNeuron<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  j: i32,
  sumValue: T,
  sumSlope: T,
  sumSlopeX: T,
): void {
  const at = <usize>j * sizeof<T>();
  const v = load<T>(output.weights + at);
  put<T>(output.weightGradient + at, sumValue, net);
  put<T>(hidden.biasGradient + at, <T>(v * sumSlope), net);
  put<T>(hidden.weightGradient + at, <T>(v * sumSlopeX), net);
}

function smoothSums2<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  j: i32,
  value: usize,
  slope: usize,
  stride: usize,
  delta: usize,
  columns: usize,
): void {
  let a0 = v128.splat<T>(<T>0);
  let a1 = a0;
  let s0 = a0;
  let s1 = a0;
  let t0 = a0;
  let t1 = a0;
  const x = net.inputPanel;
  for (let p: usize = 0; p < columns; p += VECTOR) {
    const r = v128.load(delta + p);
    const rx = v128.mul<T>(r, v128.load(x + p));
    a0 = multiplyAdd<T>(r, v128.load(value + p), a0);
    a1 = multiplyAdd<T>(r, v128.load(value + stride + p), a1);
    let s = v128.load(slope + p);
    s0 = multiplyAdd<T>(r, s, s0);
    t0 = multiplyAdd<T>(rx, s, t0);
    s = v128.load(slope + stride + p);
    s1 = multiplyAdd<T>(r, s, s1);
    t1 = multiplyAdd<T>(rx, s, t1);
  }
  putNeuron<T>(net, hidden, output, j, sumLanes<T>(a0), sumLanes<T>(s0), sumLanes<T>(t0));
  putNeuron<T>(net, hidden, output, j + 1, sumLanes<T>(a1), sumLanes<T>(s1), sumLanes<T>(t1));
}

function smoothSums1<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  j: i32,
  value: usize,
  slope: usize,
  delta: usize,
  columns: usize,
): void {
  let a = v128.splat<T>(<T>0);
  let s = a;
  let t = a;
  const x = net.inputPanel;
  for (let p: usize = 0; p < columns; p += VECTOR) {
    const r = v128.load(delta + p);
    const k = v128.load(slope + p);
    a = multiplyAdd<T>(r, v128.load(value + p), a);
    s = multiplyAdd<T>(r, k, s);
    t = multiplyAdd<T>(v128.mul<T>(r, v128.load(x + p)), k, t);
  }
  putNeuron<T>(net, hidden, output, j, sumLanes<T>(a), sumLanes<T>(s), sumLanes<T>(t));
}
