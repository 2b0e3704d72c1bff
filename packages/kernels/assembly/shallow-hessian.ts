// The dense Hessian of a network with one hidden layer between scalar input and output (see shallow.ts), after
// `prepare`: Σ J Jᵀ + Σ r ∇²N over the samples, without the loss's factor. J has the rows v A' x, v A', A, 1 in the
// order of θ; ∇²N couples only the three parameters of one neuron: with w and b by v A'' x², v A'' x, v A'', and
// with v by A' x, A'.

import { roundUp } from './dense-network';
import { momentsPerNeuron } from './generated/constants';
import { SecondOrder } from './generated/structs';
import { clearPadding } from './losses';
import { layerAt } from './network';
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
  const features = state.features;
  buildFeatures<T>(state, stride);
  upperProducts<T>(state.hessian, d, features, features, stride, stride, state);

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
    from += momentsPerNeuron * size;
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
