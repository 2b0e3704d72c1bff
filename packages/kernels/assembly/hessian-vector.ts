// Hessians times vectors, forward over reverse (Pearlmutter, 1994). R x is the derivative of x along the vector.
// `prepare` leaves all that depends on θ only; `hessianVector` adds what depends on the vector. All samples lie in
// one panel. Neither applies the loss's common factor: the host does.

import { activateTwice } from './curvature';
import { loadPanel, normalizeInputs, roundUp } from './dense-network';
import { isQuadratic, isRelative } from './generated/names';
import { Accumulation, Layer, SecondOrder } from './generated/structs';
import { clearPadding, keepsDigits, lossCurvature, lossTangent, panelLoss } from './losses';
import { layerAt } from './network';
import { scale } from './normalization';
import { dot } from './reductions';
import { product, transposedProduct } from './products';
import { secondAt } from './second-order';
import { prepareShallow, shallowHessianVector } from './shallow-hessian-vector';
import { VECTOR, multiplyAdd } from './simd';
import { biasGradient, weightGradient } from './weight-gradient';

/** Forward and backward pass at θ; for relative losses also the gradient without the loss's factor. */
export function prepare<T>(state: SecondOrder): void {
  const net = state.net;
  const stride = roundUp<T>(state.samples);
  loadPanel<T>(net, stride, stride, 0, 0, state.samples);
  if (state.moments) {
    prepareShallow<T>(state, stride);
    return;
  }
  if (net.normalized) normalizeInputs<T>(net, stride, stride);
  for (let k = 0; k < net.depth; k++) {
    const layer = layerAt(net, k);
    multiply<T>(layer.affine, layer, layer.weights, layer.biases, layer.panel, stride);
    if (k + 1 == net.depth) break;
    const value = layerAt(net, k + 1).panel;
    const bend = secondAt(state, k).bend;
    const size = <usize>layer.width * stride;
    activateTwice<T>(net.activation, net.parameter, net.kink, value, layer.affine, bend, size);
  }
  net.lossSum = 0;
  net.targetSum = 0;
  panelLoss<T>(net, stride, stride, state.samples);
  state.lossSum = net.lossSum;
  state.targetSum = net.targetSum;
  state.keepsDigits = keepsDigits<T>(net);

  const last = net.depth - 1;
  if (!isQuadratic(net.loss)) lossCurvature<T>(net, secondAt(state, last).bend, stride);
  memory.copy(secondAt(state, last).delta, net.delta, <usize>layerAt(net, last).width * stride);
  state.first = 1;
  state.last = 0;
  for (let k = last; k >= 0; k--) {
    const layer = layerAt(net, k);
    const delta = secondAt(state, k).delta;
    if (isRelative(net.loss)) {
      sumsOverSamples<T>(layer, delta, layer.panel, stride, state);
      biasGradient<T>(layer.biasGradient, layer.width, delta, stride, stride, state);
    }
    if (k == 0) break;
    const below = secondAt(state, k - 1);
    multiplyTransposed<T>(below.delta, layer, layer.weights, delta, net.packed, stride);
    scale<T>(below.bend, below.delta, stride, layer.inputWidth, stride);
    scale<T>(below.delta, layerAt(net, k - 1).affine, stride, layer.inputWidth, stride);
  }
  if (net.normalized && isRelative(net.loss)) {
    const first = layerAt(net, 0);
    const delta = secondAt(state, 0).delta;
    multiplyTransposed<T>(state.scratch, first, first.weights, delta, net.packed, stride);
    scaleGradient<T>(state, state.scratch, stride);
  }
}

/** The gradient of γ and β from the cotangent of γ·x̂ + β, which is lost. */
function scaleGradient<T>(state: SecondOrder, cotangent: usize, stride: usize): void {
  const net = state.net;
  const width = net.inputWidth;
  const beta = net.gradient + <usize>width * sizeof<T>();
  biasGradient<T>(beta, width, cotangent, stride, stride, state);
  scale<T>(cotangent, net.inputPanel, stride, width, stride);
  biasGradient<T>(net.gradient, width, cotangent, stride, stride, state);
}

/** Hessian times vector without the loss's factor (and its change), in place of the gradient. */
export function hessianVector<T>(state: SecondOrder): void {
  const net = state.net;
  const stride = roundUp<T>(state.samples);
  if (state.moments) {
    shallowHessianVector<T>(state, stride);
    return;
  }
  if (net.normalized) {
    // R x = Rγ·x̂ + Rβ
    affineRows<T>(
      secondAt(state, 0).panelTangent,
      net.inputPanel,
      stride,
      net.inputWidth,
      state.gamma,
      state.beta,
    );
  }
  const last = net.depth - 1;
  for (let k = 0; k <= last; k++) {
    const layer = layerAt(net, k);
    const second = secondAt(state, k);
    const size = <usize>layer.width * stride;
    // R z = V a + c + W R a
    multiply<T>(second.affineTangent, layer, second.weights, second.biases, layer.panel, stride);
    if (second.panelTangent) {
      multiply<T>(state.scratch, layer, layer.weights, 0, second.panelTangent, stride);
      addTo<T>(second.affineTangent, state.scratch, size);
    }
    if (k < last) {
      const next = secondAt(state, k + 1).panelTangent;
      multiplyEntries<T>(next, second.affineTangent, layer.affine, size);
    }
  }

  let tangent = state.tangent;
  let below = state.nextTangent;
  outputTangent<T>(state, tangent, stride);
  for (let k = last; k >= 0; k--) {
    const layer = layerAt(net, k);
    const second = secondAt(state, k);
    state.first = 1;
    state.last = 0;
    biasGradient<T>(layer.biasGradient, layer.width, tangent, stride, stride, state);
    sumsOverSamples<T>(layer, tangent, layer.panel, stride, state);
    state.first = 0;
    if (second.panelTangent) {
      sumsOverSamples<T>(layer, second.delta, second.panelTangent, stride, state);
    }
    if (k == 0 && !net.normalized) break;
    // R(Wᵀδ) = WᵀRδ + Vᵀδ
    const size = <usize>layer.inputWidth * stride;
    multiplyTransposed<T>(below, layer, layer.weights, tangent, net.packed, stride);
    multiplyTransposed<T>(state.scratch, layer, second.weights, second.delta, net.packed, stride);
    if (k > 0) {
      const under = secondAt(state, k - 1);
      const slopes = layerAt(net, k - 1).affine;
      combine<T>(below, state.scratch, slopes, under.bend, under.affineTangent, size);
    } else {
      addTo<T>(below, state.scratch, size);
    }
    const swap = tangent;
    tangent = below;
    below = swap;
  }
  if (net.normalized) {
    state.first = 1;
    scaleGradient<T>(state, tangent, stride);
  }
}

// @ts-ignore: decorator
@inline
function multiply<T>(
  out: usize,
  layer: Layer,
  weights: usize,
  start: usize,
  panel: usize,
  stride: usize,
): void {
  const rowStep = <usize>layer.inputWidth * sizeof<T>();
  const terms = layer.inputWidth;
  product<T>(out, stride, stride, layer.width, start, weights, rowStep, terms, panel, stride);
}

// @ts-ignore: decorator
@inline
function multiplyTransposed<T>(
  out: usize,
  layer: Layer,
  weights: usize,
  delta: usize,
  packed: usize,
  stride: usize,
): void {
  const width = layer.width;
  transposedProduct<T>(out, stride, stride, layer.inputWidth, weights, width, delta, packed);
}

// @ts-ignore: decorator
@inline
function sumsOverSamples<T>(
  layer: Layer,
  delta: usize,
  panel: usize,
  stride: usize,
  to: Accumulation,
): void {
  const out = layer.weightGradient;
  weightGradient<T>(out, layer.width, layer.inputWidth, delta, panel, stride, stride, to);
}

/** R of the cotangent of the outputs, from R N, and Σ r·R N. */
function outputTangent<T>(state: SecondOrder, out: usize, stride: usize): void {
  const net = state.net;
  const width = layerAt(net, net.depth - 1).width;
  const second = secondAt(state, net.depth - 1);
  const size = <usize>width * stride;
  memory.copy(out, second.affineTangent, size);
  clearPadding<T>(out, stride, width, stride, state.samples);
  if (isRelative(net.loss)) {
    state.alongResiduals = dot<T>(out, second.delta, <i32>(size / sizeof<T>()));
  }
  if (!isQuadratic(net.loss)) lossTangent<T>(net, out, second.bend, stride, state.samples);
}

/** x += y. */
function addTo<T>(x: usize, y: usize, size: usize): void {
  for (let c: usize = 0; c < size; c += VECTOR) {
    v128.store(x + c, v128.add<T>(v128.load(x + c), v128.load(y + c)));
  }
}

/** out = x ⊙ y. */
function multiplyEntries<T>(out: usize, x: usize, y: usize, size: usize): void {
  for (let c: usize = 0; c < size; c += VECTOR) {
    v128.store(out + c, v128.mul<T>(v128.load(x + c), v128.load(y + c)));
  }
}

/** x = (x + y) ⊙ slope + bend ⊙ tangent. */
function combine<T>(
  x: usize,
  y: usize,
  slope: usize,
  bend: usize,
  tangent: usize,
  size: usize,
): void {
  for (let c: usize = 0; c < size; c += VECTOR) {
    const sum = v128.add<T>(v128.load(x + c), v128.load(y + c));
    const second = v128.mul<T>(v128.load(bend + c), v128.load(tangent + c));
    v128.store(x + c, multiplyAdd<T>(sum, v128.load(slope + c), second));
  }
}

/** out[i] = factor[i]·x[i] + shift[i] for `rows` rows of a panel. */
function affineRows<T>(
  out: usize,
  x: usize,
  stride: usize,
  rows: i32,
  factor: usize,
  shift: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const a = v128.load_splat<T>(factor);
    const b = v128.load_splat<T>(shift);
    for (let c: usize = 0; c < stride; c += VECTOR) {
      v128.store(out + c, multiplyAdd<T>(a, v128.load(x + c), b));
    }
    out += stride;
    x += stride;
    factor += sizeof<T>();
    shift += sizeof<T>();
  }
}
