// Hessians times vectors for one hidden layer between scalar input and output (see shallow.ts). Along the vector
// (ω, β, ν, γ), R z = ωx + β and R r = R N = γ + Σ_j ν_j A + v_j A' R z. Of the products' sums, those that contain
// r instead of R r depend on θ only: the moments Σ r A', Σ r A' x, Σ r A'', Σ r A'' x, Σ r A'' x² of each neuron.

import { activate } from './activations';
import { activateTwice, centerOf, slopeIsQuadratic } from './curvature';
import { constant, MINUS_TWO } from './elementary';
import { momentsPerNeuron } from './generated/constants';
import { isRelative } from './generated/names';
import { Layer, Network, SecondOrder } from './generated/structs';
import { clearPadding, keepsDigits, panelLoss } from './losses';
import { layerAt } from './network';
import { product } from './products';
import { dot } from './reductions';
import { secondAt } from './second-order';
import { smoothBackward } from './shallow';
import { VECTOR, multiplyAdd, sumLanes } from './simd';
import { biasGradient } from './weight-gradient';

/** All that depends on θ only; for relative losses also the gradient without the loss's factor. */
export function prepareShallow<T>(state: SecondOrder, stride: usize): void {
  const net = state.net;
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  smoothForward<T>(net, hidden, output, secondAt(state, 0).bend, stride);
  net.lossSum = 0;
  net.targetSum = 0;
  panelLoss<T>(net, stride, stride, state.samples);
  state.lossSum = net.lossSum;
  state.targetSum = net.targetSum;
  state.keepsDigits = keepsDigits<T>(net);
  memory.copy(secondAt(state, 1).delta, net.delta, stride);

  net.first = 1;
  net.last = 0;
  net.numerator = 1;
  net.denominator = 1;
  smoothMoments<T>(state, hidden, stride);
  if (isRelative(net.loss)) backward<T>(net, hidden, output, net.delta, stride);
}

/** Bytes of a block of columns: what four neurons leave stays near. */
const BLOCK: usize = 1024;

/** A, A' and, unless A' is quadratic in A, A'' of all neurons, and N. */
function smoothForward<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  bend: usize,
  stride: usize,
): void {
  const h = hidden.width;
  const step = sizeof<T>();
  const quadratic = slopeIsQuadratic(net.activation);
  for (let c: usize = 0; c < stride; c += BLOCK) {
    const columns = min(stride - c, BLOCK);
    const x = net.inputPanel + c;
    const a = output.panel + c;
    for (let j = 0; j < h; j++) {
      const w = hidden.weights + <usize>j * step;
      const b = hidden.biases + <usize>j * step;
      const row = <usize>j * stride + c;
      const slope = hidden.affine + row;
      const value = output.panel + row;
      product<T>(slope, stride, columns, 1, b, w, step, 1, x, stride);
      if (quadratic) {
        activate<T>(net.activation, net.parameter, net.kink, value, slope, columns);
      } else {
        const to = bend + row;
        activateTwice<T>(net.activation, net.parameter, net.kink, value, slope, to, columns);
      }
    }
    const n = net.outputs + c;
    const rowStep = <usize>h * step;
    product<T>(n, stride, columns, 1, output.biases, output.weights, rowStep, h, a, stride);
  }
}

/** Sums over samples, `delta` for r: ∂w, ∂b, ∂v and ∂c without the loss's factor. */
function backward<T>(
  net: Network,
  hidden: Layer,
  output: Layer,
  delta: usize,
  stride: usize,
): void {
  net.first = 1;
  net.last = 1;
  smoothBackward<T>(net, hidden, output, delta, stride, stride);
  biasGradient<T>(output.biasGradient, 1, delta, stride, stride, net);
}

function smoothMoments<T>(state: SecondOrder, hidden: Layer, stride: usize): void {
  const net = state.net;
  const quadratic = slopeIsQuadratic(net.activation);
  const center = v128.splat<T>(<T>centerOf(net.activation));
  const x = net.inputPanel;
  let slope = hidden.affine;
  let value = layerAt(net, 1).panel;
  let bend = secondAt(state, 0).bend;
  let to = state.moments;
  for (let j = 0; j < hidden.width; j++) {
    if (quadratic) neuronMoments<T>(true, to, slope, value, center, net.delta, x, stride);
    else neuronMoments<T>(false, to, slope, bend, center, net.delta, x, stride);
    slope += stride;
    value += stride;
    bend += stride;
    to += momentsPerNeuron * sizeof<T>();
  }
}

/** The moments of one neuron from A' and from A'' or, if A'' = −2(A − c)A', from A. */
// @ts-ignore: decorator
@inline
function neuronMoments<T>(
  quadratic: bool,
  to: usize,
  slope: usize,
  bendOrValue: usize,
  center: v128,
  r: usize,
  x: usize,
  stride: usize,
): void {
  let p0 = v128.splat<T>(<T>0);
  let p1 = p0;
  let q0 = p0;
  let q1 = p0;
  let q2 = p0;
  for (let c: usize = 0; c < stride; c += VECTOR) {
    const rs = v128.load(r + c);
    const xs = v128.load(x + c);
    const p = v128.mul<T>(rs, v128.load(slope + c));
    const px = v128.mul<T>(p, xs);
    let q = v128.load(bendOrValue + c);
    q = quadratic ? v128.mul<T>(p, v128.sub<T>(q, center)) : v128.mul<T>(rs, q);
    const qx = v128.mul<T>(q, xs);
    p0 = v128.add<T>(p, p0);
    p1 = v128.add<T>(px, p1);
    q0 = v128.add<T>(q, q0);
    q1 = v128.add<T>(qx, q1);
    q2 = multiplyAdd<T>(qx, xs, q2);
  }
  if (quadratic) {
    q0 = v128.mul<T>(q0, constant<T>(MINUS_TWO));
    q1 = v128.mul<T>(q1, constant<T>(MINUS_TWO));
    q2 = v128.mul<T>(q2, constant<T>(MINUS_TWO));
  }
  const size = sizeof<T>();
  store<T>(to, sumLanes<T>(p0));
  store<T>(to + size, sumLanes<T>(p1));
  store<T>(to + 2 * size, sumLanes<T>(q0));
  store<T>(to + 3 * size, sumLanes<T>(q1));
  store<T>(to + 4 * size, sumLanes<T>(q2));
}

/** Hessian times vector without the loss's factor (and its change), in place of the gradient. */
export function shallowHessianVector<T>(state: SecondOrder, stride: usize): void {
  const net = state.net;
  const hidden = layerAt(net, 0);
  const output = layerAt(net, 1);
  const along = secondAt(state, 0);
  const nu = secondAt(state, 1).weights;
  const tangent = state.tangent;
  const start = v128.load_splat<T>(secondAt(state, 1).biases);
  for (let c: usize = 0; c < stride; c += VECTOR) v128.store(tangent + c, start);
  for (let j = 0; j < hidden.width; j += 2) {
    const at = <usize>j * sizeof<T>();
    // an odd last neuron has itself for a neighbour that does not count
    const single = j + 1 == hidden.width;
    const v = load<T>(output.weights + at);
    const u = single ? <T>0 : load<T>(output.weights + at + sizeof<T>());
    const next = single ? at : at + sizeof<T>();
    const row = <usize>j * stride;
    const nextRow = single ? row : row + stride;
    const n0 = load<T>(nu + at);
    const n1 = single ? <T>0 : load<T>(nu + next);
    const p0 = <T>(v * load<T>(along.weights + at));
    const q0 = <T>(v * load<T>(along.biases + at));
    const p1 = <T>(u * load<T>(along.weights + next));
    const q1 = <T>(u * load<T>(along.biases + next));
    const x = net.inputPanel;
    const a = output.panel;
    const s = hidden.affine;
    addTangents<T>(p0, q0, n0, a + row, s + row, p1, q1, n1, a + nextRow, s + nextRow, x, tangent, stride);
  }
  clearPadding<T>(tangent, stride, 1, stride, state.samples);
  const count = <i32>(stride / sizeof<T>());
  if (isRelative(net.loss)) {
    state.alongResiduals = dot<T>(tangent, secondAt(state, 1).delta, count);
  }
  backward<T>(net, hidden, output, tangent, stride);
  addMoments<T>(state, hidden, output);
}

/** R N += ν A + A'(px + q) for two neurons. */
function addTangents<T>(
  p0: T,
  q0: T,
  n0: T,
  a0: usize,
  s0: usize,
  p1: T,
  q1: T,
  n1: T,
  a1: usize,
  s1: usize,
  x: usize,
  out: usize,
  size: usize,
): void {
  const ps0 = v128.splat<T>(p0);
  const qs0 = v128.splat<T>(q0);
  const ns0 = v128.splat<T>(n0);
  const ps1 = v128.splat<T>(p1);
  const qs1 = v128.splat<T>(q1);
  const ns1 = v128.splat<T>(n1);
  for (let c: usize = 0; c < size; c += VECTOR) {
    const xs = v128.load(x + c);
    const y0 = v128.mul<T>(v128.load(s0 + c), multiplyAdd<T>(ps0, xs, qs0));
    const y1 = v128.mul<T>(v128.load(s1 + c), multiplyAdd<T>(ps1, xs, qs1));
    const z0 = multiplyAdd<T>(ns0, v128.load(a0 + c), y0);
    const z1 = multiplyAdd<T>(ns1, v128.load(a1 + c), y1);
    v128.store(out + c, v128.add<T>(v128.load(out + c), v128.add<T>(z0, z1)));
  }
}

/** The part of the product that has r for a factor. */
function addMoments<T>(state: SecondOrder, hidden: Layer, output: Layer): void {
  const size = sizeof<T>();
  const along = secondAt(state, 0);
  const nu = secondAt(state, 1).weights;
  let from = state.moments;
  for (let j = 0; j < hidden.width; j++) {
    const at = <usize>j * size;
    const p0 = load<T>(from);
    const p1 = load<T>(from + size);
    const q0 = load<T>(from + 2 * size);
    const q1 = load<T>(from + 3 * size);
    const q2 = load<T>(from + 4 * size);
    from += momentsPerNeuron * size;
    const omega = load<T>(along.weights + at);
    const beta = load<T>(along.biases + at);
    const n = load<T>(nu + at);
    const v = load<T>(output.weights + at);
    increase<T>(output.weightGradient + at, <T>(omega * p1 + beta * p0));
    increase<T>(hidden.biasGradient + at, <T>(n * p0 + v * (omega * q1 + beta * q0)));
    increase<T>(hidden.weightGradient + at, <T>(n * p1 + v * (omega * q2 + beta * q1)));
  }
}

// @ts-ignore: decorator
@inline
function increase<T>(at: usize, x: T): void {
  store<T>(at, <T>(load<T>(at) + x));
}
