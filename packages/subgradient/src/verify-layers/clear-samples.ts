import type { AffineMap, NetworkRisk } from './network-risk.js';
import { gamma, outward, tiny, unit } from './rounding.js';

/** Numbers that the next layer reads, without those that are 0 because their unit is off. */
interface Activations {
  /** Their units, their values, and their derivatives by z. */
  readonly on: Int32Array;
  readonly value: Float64Array;
  readonly derivative: Float64Array;
  /** Derivatives of the loss by z. */
  readonly cotangent: Float64Array;
  count: number;
}

interface Layer {
  readonly map: AffineMap;
  /** Wᵀ, so that inner loops run over consecutive numbers, and its gradient: fanIn × width. */
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
  readonly bias: Float64Array;
  readonly biasGradient: Float64Array;
  /** max |b| and the largest row sum of |W|, not too small. */
  shift: number;
  norm: number;
  readonly z: Float64Array;
  readonly activations: Activations;
}

/**
 * Sample after sample in doubles, forward and back. All z of a layer have the error
 * R = γ_{n+1}(max|b| + ‖W‖∞·max|a|) + ‖W‖∞·E + n·tiny, where E is that of the activations a below. A sample is clear if
 * each |z| > R: then its signs are those computed, and it is added to the gradient.
 */
export class ClearSamples {
  private readonly risk: NetworkRisk;
  private readonly layers: readonly Layer[];
  private readonly data: Activations;

  constructor(risk: NetworkRisk) {
    this.risk = risk;
    this.layers = risk.layers.map((map) => ({
      map,
      weights: new Float64Array(map.fanIn * map.width),
      gradient: new Float64Array(map.fanIn * map.width),
      bias: new Float64Array(map.width),
      biasGradient: new Float64Array(map.width),
      shift: 0,
      norm: 0,
      z: new Float64Array(map.width),
      activations: allOf(map.width),
    }));
    this.data = allOf(risk.layers[0]!.fanIn);
  }

  /** Sets `gradient` to the sum over the clear samples of the gradients of their losses; returns the other samples. */
  run(theta: Float64Array, gradient: Float64Array): number[] {
    for (const layer of this.layers) read(layer, theta);
    const others: number[] = [];
    for (let s = 0; s < this.risk.samples; s++) {
      if (this.isClear(s)) this.backward(s);
      else others.push(s);
    }
    for (const layer of this.layers) write(layer, gradient);
    return others;
  }

  private isClear(sample: number): boolean {
    const { layers, data, risk } = this;
    let below = data;
    let size = 0;
    for (let j = 0; j < data.count; j++) {
      const x = risk.inputs[sample * data.count + j]!;
      data.value[j] = x;
      size = Math.max(size, Math.abs(x));
    }
    let error = 0;
    for (let k = 0; ; k++) {
      const layer = layers[k]!;
      fill(layer, below);
      if (k === layers.length - 1) return true;
      const { norm, shift, map, activations } = layer;
      const { fanIn } = map;
      error = (gamma(fanIn + 1) * (shift + norm * size) + norm * error + fanIn * tiny) * outward;
      // a finite bound excludes overflow on the way, and so everything that is no number
      if (!(error < Infinity && activate(layer, risk.slope, error))) return false;
      size = k + 2 < layers.length ? largest(activations) : 0;
      if (risk.slope !== 0) error = (error + size * unit + tiny) * outward;
      size = (size + error) * outward;
      below = activations;
    }
  }

  private backward(sample: number): void {
    const { layers, risk } = this;
    const last = layers.length - 1;
    seed(risk, sample, layers[last]!.z, layers[last]!.activations.cotangent);
    for (let k = last; k > 0; k--) {
      collect(layers[k]!, layers[k - 1]!.activations);
      pull(layers[k]!, layers[k - 1]!.activations);
    }
    collect(layers[0]!, this.data);
  }
}

function allOf(count: number): Activations {
  return {
    on: Int32Array.from({ length: count }, (_, i) => i),
    value: new Float64Array(count),
    derivative: new Float64Array(count).fill(1),
    cotangent: new Float64Array(count),
    count,
  };
}

function read(layer: Layer, theta: Float64Array): void {
  const { map, weights, bias } = layer;
  const { width, fanIn } = map;
  let shift = 0;
  let norm = 0;
  for (let i = 0; i < width; i++) {
    bias[i] = theta[map.bias + i]!;
    shift = Math.max(shift, Math.abs(bias[i]!));
    let sum = 0;
    for (let j = 0; j < fanIn; j++) {
      const w = theta[map.weights + i * fanIn + j]!;
      weights[j * width + i] = w;
      sum += Math.abs(w);
    }
    norm = Math.max(norm, sum);
  }
  layer.shift = shift;
  layer.norm = norm * outward;
  layer.gradient.fill(0);
  layer.biasGradient.fill(0);
}

function write({ map, gradient, biasGradient }: Layer, into: Float64Array): void {
  const { width, fanIn } = map;
  for (let i = 0; i < width; i++) {
    into[map.bias + i] = biasGradient[i]!;
    for (let j = 0; j < fanIn; j++) into[map.weights + i * fanIn + j] = gradient[j * width + i]!;
  }
}

/** Layers with fewer outputs run over their inputs in inner loops. */
const few = 4;

/** z = W·a + b, by four activations at once. */
function fill({ weights, bias, z, map }: Layer, { on, value, count }: Activations): void {
  const { width } = map;
  let u = 0;
  if (width < few) {
    for (let i = 0; i < width; i++) {
      let sum = bias[i]!;
      for (u = 0; u < count; u++) sum += weights[on[u]! * width + i]! * value[u]!;
      z[i] = sum;
    }
    return;
  }
  z.set(bias);
  for (; u + 3 < count; u += 4) {
    const p = on[u]! * width;
    const q = on[u + 1]! * width;
    const r = on[u + 2]! * width;
    const s = on[u + 3]! * width;
    const a = value[u]!;
    const b = value[u + 1]!;
    const c = value[u + 2]!;
    const d = value[u + 3]!;
    for (let i = 0; i < width; i++) {
      z[i]! +=
        weights[p + i]! * a + weights[q + i]! * b + (weights[r + i]! * c + weights[s + i]! * d);
    }
  }
  for (; u < count; u++) {
    const p = on[u]! * width;
    const a = value[u]!;
    for (let i = 0; i < width; i++) z[i]! += weights[p + i]! * a;
  }
}

/** The activations of units that are on; false if some |z| is not beyond the error. */
function activate({ z, activations }: Layer, slope: number, error: number): boolean {
  const { on, value, derivative } = activations;
  let count = 0;
  for (let i = 0; i < z.length; i++) {
    const x = z[i]!;
    if (!(x > error || x < -error)) return false;
    // written anyway, kept only if the unit is on
    on[count] = i;
    value[count] = x > 0 ? x : slope * x;
    if (slope !== 0) derivative[count] = x > 0 ? 1 : slope;
    count += x > 0 || slope !== 0 ? 1 : 0;
  }
  activations.count = count;
  return true;
}

function largest({ value, count }: Activations): number {
  let size = 0;
  for (let u = 0; u < count; u++) size = Math.max(size, Math.abs(value[u]!));
  return size;
}

/** Adds to the gradient of a layer: cotangents of its z times activations below. */
function collect({ gradient, biasGradient, map, activations }: Layer, below: Activations): void {
  const { on, cotangent, count } = activations;
  const { width } = map;
  for (let t = 0; t < count; t++) biasGradient[on[t]!]! += cotangent[t]!;
  let u = 0;
  if (width < few) {
    for (let t = 0; t < count; t++) {
      const i = on[t]!;
      const x = cotangent[t]!;
      for (u = 0; u < below.count; u++) gradient[below.on[u]! * width + i]! += x * below.value[u]!;
    }
    return;
  }
  for (; u + 3 < below.count; u += 4) {
    const p = below.on[u]! * width;
    const q = below.on[u + 1]! * width;
    const r = below.on[u + 2]! * width;
    const s = below.on[u + 3]! * width;
    const a = below.value[u]!;
    const b = below.value[u + 1]!;
    const c = below.value[u + 2]!;
    const d = below.value[u + 3]!;
    for (let t = 0; t < count; t++) {
      const i = on[t]!;
      const x = cotangent[t]!;
      gradient[p + i]! += x * a;
      gradient[q + i]! += x * b;
      gradient[r + i]! += x * c;
      gradient[s + i]! += x * d;
    }
  }
  for (; u < below.count; u++) {
    const p = below.on[u]! * width;
    const a = below.value[u]!;
    for (let t = 0; t < count; t++) gradient[p + on[t]!]! += cotangent[t]! * a;
  }
}

/** Cotangents of z below, from those of z of a layer. */
function pull({ weights, map, activations }: Layer, below: Activations): void {
  const { on, cotangent, count } = activations;
  const { width } = map;
  let u = 0;
  for (; u + 3 < below.count; u += 4) {
    const p = below.on[u]! * width;
    const q = below.on[u + 1]! * width;
    const r = below.on[u + 2]! * width;
    const s = below.on[u + 3]! * width;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let t = 0; t < count; t++) {
      const i = on[t]!;
      const x = cotangent[t]!;
      a += x * weights[p + i]!;
      b += x * weights[q + i]!;
      c += x * weights[r + i]!;
      d += x * weights[s + i]!;
    }
    below.cotangent[u] = a * below.derivative[u]!;
    below.cotangent[u + 1] = b * below.derivative[u + 1]!;
    below.cotangent[u + 2] = c * below.derivative[u + 2]!;
    below.cotangent[u + 3] = d * below.derivative[u + 3]!;
  }
  for (; u < below.count; u++) {
    const p = below.on[u]! * width;
    let sum = 0;
    for (let t = 0; t < count; t++) sum += cotangent[t]! * weights[p + on[t]!]!;
    below.cotangent[u] = sum * below.derivative[u]!;
  }
}

/** The derivative of the loss of a sample by the outputs. */
export function seed(
  { loss, targets }: NetworkRisk,
  sample: number,
  outputs: Float64Array,
  into: Float64Array,
): void {
  const width = outputs.length;
  if (loss === 'squared') {
    for (let i = 0; i < width; i++) into[i] = 2 * (outputs[i]! - targets[sample * width + i]!);
    return;
  }
  // softmax less the class, which is the sum of the others with a minus
  let shift = -Infinity;
  for (let i = 0; i < width; i++) shift = Math.max(shift, outputs[i]!);
  const own = targets[sample]!;
  let others = 0;
  for (let i = 0; i < width; i++) {
    into[i] = Math.exp(outputs[i]! - shift);
    if (i !== own) others += into[i]!;
  }
  const total = others + into[own]!;
  for (let i = 0; i < width; i++) into[i] = (i === own ? -others : into[i]!) / total;
}
