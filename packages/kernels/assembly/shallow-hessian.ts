// The dense Hessian of a network with one hidden layer between scalar input and output (see shallow.ts), after
// `prepare`: Σ J Jᵀ + Σ r ∇²N over the samples, without the loss's factor. J has the rows v A' x, v A', A, 1 in the
// order of θ; ∇²N couples only the three parameters of one neuron: with w and b by v A'' x², v A'' x, v A'', and
// with v by A' x, A'.

import { layerAt, roundUp } from './dense-network';
import { clearPadding } from './losses';
import { SecondOrder } from './second-order';
import { isRelu } from './shallow';
import { MOMENTS } from './shallow-hessian-vector';
import { VECTOR } from './simd';
import { upperProducts } from './weight-gradient';

/** Multiplies by numerator/denominator of the state. */
export function shallowHessian<T>(state: SecondOrder): void {
  const net = state.net;
  const stride = roundUp<T>(state.samples);
  const h = layerAt(net, 0).width;
  const d = net.dimension;
  state.first = 1;
  state.last = 0;
  if (isRelu(net)) {
    activeProducts<T>(state, stride);
    combineActive<T>(state);
  } else {
    const features = state.features;
    buildFeatures<T>(state, stride);
    upperProducts<T>(state.hessian, d, features, features, stride, stride, state);
  }

  const size = sizeof<T>();
  const output = layerAt(net, 1);
  let from = state.moments;
  for (let j = 0; j < h; j++) {
    const v = load<T>(output.weights + <usize>j * size);
    const b = h + j;
    const c = 2 * h + j;
    increase<T>(entry<T>(state, b, c), load<T>(from));
    increase<T>(entry<T>(state, j, c), load<T>(from + size));
    increase<T>(entry<T>(state, b, b), <T>(v * load<T>(from + 2 * size)));
    increase<T>(entry<T>(state, j, b), <T>(v * load<T>(from + 3 * size)));
    increase<T>(entry<T>(state, j, j), <T>(v * load<T>(from + 4 * size)));
    from += MOMENTS * size;
  }
  const factor = <T>(state.numerator / state.denominator);
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      const to = entry<T>(state, i, j);
      const x = <T>(load<T>(to) * factor);
      store<T>(to, x);
      store<T>(entry<T>(state, j, i), x);
    }
  }
}

/** The rows of J; 0 in the padding. */
function buildFeatures<T>(state: SecondOrder, stride: usize): void {
  const net = state.net;
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  const h = hidden.width;
  const block = <usize>h * stride;
  const features = state.features;
  for (let j = 0; j < h; j++) {
    const row = <usize>j * stride;
    const v = v128.load_splat<T>(output.weights + <usize>j * sizeof<T>());
    for (let c: usize = 0; c < stride; c += VECTOR) {
      const vs = v128.mul<T>(v, v128.load(hidden.affine + row + c));
      v128.store(features + row + c, v128.mul<T>(vs, v128.load(net.inputPanel + c)));
      v128.store(features + block + row + c, vs);
      v128.store(features + 2 * block + row + c, v128.load(output.panel + row + c));
    }
  }
  const one = features + 3 * block;
  for (let c: usize = 0; c < stride; c += VECTOR) v128.store(one + c, v128.splat<T>(<T>1));
  clearPadding<T>(features, stride, 3 * h + 1, stride, state.samples);
}

/**
 * For relu, whose J consists of multiples of x and 1 over the active samples of each neuron: of each pair of neurons
 * Σ x², Σ x, Σ 1 over the samples in which both are active, in three matrices.
 */
function activeProducts<T>(state: SecondOrder, stride: usize): void {
  const net = state.net;
  const h = layerAt(net, 0).width;
  const block = <usize>h * stride;
  const x = state.features;
  const one = x + block;
  const values = layerAt(net, 1).panel;
  const zero = v128.splat<T>(<T>0);
  const ones = v128.splat<T>(<T>1);
  for (let c: usize = 0; c < stride; c += VECTOR) {
    const xs = v128.load(net.inputPanel + c);
    for (let at = c; at < block; at += stride) {
      const off = v128.eq<T>(v128.load(values + at), zero);
      v128.store(x + at, v128.andnot(xs, off));
      v128.store(one + at, v128.andnot(ones, off));
    }
  }
  clearPadding<T>(x, stride, 2 * h, stride, state.samples);
  const size = <usize>(h * h) * sizeof<T>();
  const out = state.activeProducts;
  upperProducts<T>(out, h, x, x, stride, stride, state);
  upperProducts<T>(out + size, h, x, one, stride, stride, state);
  upperCounts<T>(out + 2 * size, h, one, one + block, stride);
}

/** The same products of rows of zeros and ones, by counting bits, which go to `bits`. */
function upperCounts<T>(out: usize, rows: i32, ones: usize, bits: usize, stride: usize): void {
  const zero = v128.splat<T>(<T>0);
  // bytes of a row that fill a word
  const span = 64 * sizeof<T>();
  const words = (stride + span - 1) / span;
  for (let i = 0; i < rows; i++) {
    const row = ones + <usize>i * stride;
    for (let k: usize = 0; k < words; k++) {
      const start = k * span;
      const end = min(stride, start + span);
      let word: u64 = 0;
      for (let c = start; c < end; c += VECTOR) {
        const active = v128.ne<T>(v128.load(row + c), zero);
        if (sizeof<T>() == 8) word = (word << 2) | <u64>i64x2.bitmask(active);
        else word = (word << 4) | <u64>i32x4.bitmask(active);
      }
      store<u64>(bits + ((<usize>i * words + k) << 3), word);
    }
  }
  for (let i = 0; i < rows; i++) {
    const a = bits + ((<usize>i * words) << 3);
    for (let j = i; j < rows; j++) {
      const b = bits + ((<usize>j * words) << 3);
      let count: u64 = 0;
      for (let k: usize = 0; k < words; k++) {
        count += popcnt<u64>(load<u64>(a + (k << 3)) & load<u64>(b + (k << 3)));
      }
      store<T>(out + <usize>(i * rows + j) * sizeof<T>(), <T>count);
    }
  }
}

/** Σ J Jᵀ above the diagonal: J_w = v(x), J_b = v(1), J_v = w(x) + b(1). */
function combineActive<T>(state: SecondOrder): void {
  const net = state.net;
  const h = layerAt(net, 0).width;
  const size = sizeof<T>();
  const block = <usize>(h * h) * size;
  const last = net.dimension - 1;
  const w = layerAt(net, 0).weights;
  const b = layerAt(net, 0).biases;
  const v = layerAt(net, 1).weights;
  for (let i = 0; i < h; i++) {
    const wi = load<T>(w + <usize>i * size);
    const bi = load<T>(b + <usize>i * size);
    const vi = load<T>(v + <usize>i * size);
    let at = state.activeProducts + <usize>(i * h + i) * size;
    const sumX = load<T>(at + block);
    const sum = load<T>(at + 2 * block);
    store<T>(entry<T>(state, i, last), <T>(vi * sumX));
    store<T>(entry<T>(state, h + i, last), <T>(vi * sum));
    store<T>(entry<T>(state, 2 * h + i, last), <T>(wi * sumX + bi * sum));
    for (let j = i; j < h; j++) {
      const wj = load<T>(w + <usize>j * size);
      const bj = load<T>(b + <usize>j * size);
      const vj = load<T>(v + <usize>j * size);
      const xx = load<T>(at);
      const x1 = load<T>(at + block);
      const one = load<T>(at + 2 * block);
      at += size;
      const vv = <T>(vi * vj);
      const xj = <T>(wj * xx + bj * x1);
      const oj = <T>(wj * x1 + bj * one);
      store<T>(entry<T>(state, i, j), <T>(vv * xx));
      store<T>(entry<T>(state, i, h + j), <T>(vv * x1));
      store<T>(entry<T>(state, j, h + i), <T>(vv * x1));
      store<T>(entry<T>(state, h + i, h + j), <T>(vv * one));
      store<T>(entry<T>(state, i, 2 * h + j), <T>(vi * xj));
      store<T>(entry<T>(state, j, 2 * h + i), <T>(vj * (wi * xx + bi * x1)));
      store<T>(entry<T>(state, h + i, 2 * h + j), <T>(vi * oj));
      store<T>(entry<T>(state, h + j, 2 * h + i), <T>(vj * (wi * x1 + bi * one)));
      store<T>(entry<T>(state, 2 * h + i, 2 * h + j), <T>(wi * xj + bi * oj));
    }
  }
  store<T>(entry<T>(state, last, last), <T>state.samples);
}

/** Address of an entry of the Hessian. */
// @ts-ignore: decorator
@inline
function entry<T>(state: SecondOrder, i: i32, j: i32): usize {
  return state.hessian + <usize>(i * state.net.dimension + j) * sizeof<T>();
}

// @ts-ignore: decorator
@inline
function increase<T>(at: usize, x: T): void {
  store<T>(at, <T>(load<T>(at) + x));
}
