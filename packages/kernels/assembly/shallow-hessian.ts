// The dense Hessian of a network with one hidden layer between scalar input and output (see shallow.ts), after
// `prepare`: Σ J Jᵀ + Σ r ∇²N over the samples, without the loss's factor. J has the rows v A' x, v A', A, 1 in the
// order of θ; ∇²N couples only the three parameters of one neuron: with w and b by v A'' x², v A'' x, v A'', and
// with v by A' x, A'.

import { layerAt, roundUp } from './dense-network';
import { SecondOrder, secondAt } from './hessian-vector';
import { clearPadding } from './losses';
import { VECTOR } from './simd';
import { weightGradient } from './weight-gradient';

export function shallowHessian<T>(state: SecondOrder): void {
  const net = state.net;
  const stride = roundUp<T>(state.samples);
  const hidden = layerAt(net, 0);
  const h = hidden.width;
  const d = net.dimension;
  buildFeatures<T>(state, stride);
  state.first = 1;
  state.last = 0;
  weightGradient<T>(state.hessian, d, d, state.features, state.features, stride, stride, state);

  // Σ bend·(1, x, x²), bend = r v A''
  const bend = secondAt(state, 0).bend;
  const powers = state.powers;
  const sums = state.sums;
  clearPadding<T>(bend, stride, h, stride, state.samples);
  weightGradient<T>(sums, h, 3, bend, powers, stride, stride, state);
  for (let j = 0; j < h; j++) {
    const at = sums + <usize>(3 * j) * sizeof<T>();
    addSymmetric<T>(state, h + j, h + j, load<T>(at));
    addSymmetric<T>(state, j, h + j, load<T>(at, sizeof<T>()));
    addSymmetric<T>(state, j, j, load<T>(at, 2 * sizeof<T>()));
  }
  // Σ r A'·(1, x)
  const scratch = state.scratch;
  residualSlopes<T>(scratch, secondAt(state, 1).delta, hidden.affine, stride, h);
  weightGradient<T>(sums, h, 2, scratch, powers, stride, stride, state);
  for (let j = 0; j < h; j++) {
    const at = sums + <usize>(2 * j) * sizeof<T>();
    addSymmetric<T>(state, h + j, 2 * h + j, load<T>(at));
    addSymmetric<T>(state, j, 2 * h + j, load<T>(at, sizeof<T>()));
  }
}

/** The rows of J and the powers 1, x, x²; 0 in the padding. */
function buildFeatures<T>(state: SecondOrder, stride: usize): void {
  const net = state.net;
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  const h = hidden.width;
  const block = <usize>h * stride;
  const features = state.features;
  const one = state.powers;
  const x = one + stride;
  const squares = x + stride;
  for (let c: usize = 0; c < stride; c += VECTOR) {
    const value = v128.load(net.inputPanel + c);
    v128.store(one + c, v128.splat<T>(<T>1));
    v128.store(x + c, value);
    v128.store(squares + c, v128.mul<T>(value, value));
  }
  clearPadding<T>(one, stride, 3, stride, state.samples);
  for (let j = 0; j < h; j++) {
    const row = <usize>j * stride;
    const v = v128.load_splat<T>(output.weights + <usize>j * sizeof<T>());
    for (let c: usize = 0; c < stride; c += VECTOR) {
      const vs = v128.mul<T>(v, v128.load(hidden.affine + row + c));
      v128.store(features + row + c, v128.mul<T>(vs, v128.load(x + c)));
      v128.store(features + block + row + c, vs);
      v128.store(features + 2 * block + row + c, v128.load(output.panel + row + c));
    }
  }
  memory.copy(features + 3 * block, one, stride);
  clearPadding<T>(features, stride, 3 * h, stride, state.samples);
}

/** out[j] = r ⊙ slopes[j]. */
function residualSlopes<T>(out: usize, r: usize, slopes: usize, stride: usize, rows: i32): void {
  for (let j = 0; j < rows; j++) {
    for (let c: usize = 0; c < stride; c += VECTOR) {
      v128.store(out + c, v128.mul<T>(v128.load(r + c), v128.load(slopes + c)));
    }
    out += stride;
    slopes += stride;
  }
}

/** Adds to the entries (i, j) and (j, i), once if they are one. */
function addSymmetric<T>(state: SecondOrder, i: i32, j: i32, x: T): void {
  add<T>(state.hessian + <usize>(i * state.net.dimension + j) * sizeof<T>(), x);
  if (i != j) add<T>(state.hessian + <usize>(j * state.net.dimension + i) * sizeof<T>(), x);
}

// @ts-ignore: decorator
@inline
function add<T>(at: usize, x: T): void {
  store<T>(at, <T>(load<T>(at) + x));
}
