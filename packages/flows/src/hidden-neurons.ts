import { ArgumentError, requireFloatArray, requireIndex, requireObject } from '@nonsmooth/core';
import { requireNetwork, type Network } from '@nonsmooth/nets';

/** Where a hidden neuron's numbers stand in θ. */
export interface HiddenNeuron {
  /** Hidden layer, from 1. */
  readonly layer: number;
  /** Neuron within the layer, from 0. */
  readonly index: number;
  /** Its row of weights starts here, `fanIn` numbers. */
  readonly weights: number;
  readonly fanIn: number;
  readonly bias: number;
  /** Its outgoing column: `fanOut` numbers from `outgoing` on, `stride` apart. */
  readonly outgoing: number;
  readonly fanOut: number;
  readonly stride: number;
}

/** The hidden neurons layer by layer from the input. */
export function hiddenNeurons(net: Network): HiddenNeuron[] {
  requireNetwork('net', net);
  const { widths, layout } = net;
  const offset = (name: string): number => layout.find((slice) => slice.name === name)!.offset;
  const neurons: HiddenNeuron[] = [];
  for (let k = 1; k < widths.length - 1; k++) {
    const [fanIn, width, fanOut] = [widths[k - 1]!, widths[k]!, widths[k + 1]!];
    const [weights, bias, next] = [offset(`W${k}`), offset(`b${k}`), offset(`W${k + 1}`)];
    for (let i = 0; i < width; i++) {
      neurons.push({
        layer: k,
        index: i,
        weights: weights + i * fanIn,
        fanIn,
        bias: bias + i,
        outgoing: next + i,
        fanOut,
        stride: width,
      });
    }
  }
  return neurons;
}

/** ⟨u, v⟩ of one neuron's incoming weights and bias in two parameter vectors. */
export function incomingDot(
  { weights, fanIn, bias }: HiddenNeuron,
  u: Float64Array,
  v: Float64Array,
): number {
  let dot = u[bias]! * v[bias]!;
  for (let j = weights; j < weights + fanIn; j++) dot += u[j]! * v[j]!;
  return dot;
}

/** ‖u‖ without overflow or underflow of the squares. */
export function incomingNorm({ weights, fanIn, bias }: HiddenNeuron, u: Float64Array): number {
  let largest = Math.abs(u[bias]!);
  for (let j = weights; j < weights + fanIn; j++) largest = Math.max(largest, Math.abs(u[j]!));
  if (largest === 0) return 0;
  let sum = (u[bias]! / largest) ** 2;
  for (let j = weights; j < weights + fanIn; j++) sum += (u[j]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** u ← u/r; division, because 1/r overflows for subnormal r. */
export function divideIncoming(
  { weights, fanIn, bias }: HiddenNeuron,
  theta: Float64Array,
  r: number,
): void {
  for (let j = weights; j < weights + fanIn; j++) theta[j] = theta[j]! / r;
  theta[bias] = theta[bias]! / r;
}

/** ‖outgoing column‖². */
export function outgoingSquare(
  { outgoing, fanOut, stride }: HiddenNeuron,
  theta: Float64Array,
): number {
  let sum = 0;
  for (let j = 0; j < fanOut; j++) sum += theta[outgoing + j * stride]! ** 2;
  return sum;
}

/** Multiplies the outgoing column by `factor`. */
export function scaleOutgoing(
  { outgoing, fanOut, stride }: HiddenNeuron,
  theta: Float64Array,
  factor: number,
): void {
  for (let j = 0; j < fanOut; j++) {
    theta[outgoing + j * stride] = theta[outgoing + j * stride]! * factor;
  }
}

/** Throws unless the neurons have their parameters within θ. */
export function requireNeurons(neurons: readonly HiddenNeuron[], theta: Float64Array): void {
  if (!Array.isArray(neurons)) throw new ArgumentError('neurons', neurons, 'a list of neurons');
  requireFloatArray('theta', theta);
  Array.from(neurons, (neuron: HiddenNeuron, i) => {
    const argument = `neurons[${i}]`;
    requireObject(argument, neuron);
    const { weights, fanIn, bias, outgoing, fanOut, stride } = neuron;
    for (const [name, value] of Object.entries({ fanIn, fanOut, stride })) {
      requireIndex(`${argument}.${name}`, value, theta.length + 1);
    }
    requireIndex(`${argument}.bias`, bias, theta.length);
    requireIndex(`${argument}.weights`, weights, theta.length - fanIn + 1);
    requireIndex(`${argument}.outgoing`, outgoing, theta.length - (fanOut - 1) * stride);
  });
}
