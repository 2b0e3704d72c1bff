import { scalarActivation } from '@nonsmooth/kernels';
import type { Network } from '@nonsmooth/nets';

/** A neuron of the first hidden layer: its weights, bias and, in a shallow network, its outgoing weight. */
export interface Neuron {
  readonly index: number;
  readonly w: readonly number[];
  readonly b: number;
}

/** The neurons of the first hidden layer at θ. */
export function neuronsOf({ widths }: Pick<Network, 'widths'>, theta: ArrayLike<number>): Neuron[] {
  const [fanIn, width] = [widths[0]!, widths[1]!];
  return Array.from({ length: width }, (_, index) => ({
    index,
    w: Array.from({ length: fanIn }, (_unused, j) => theta[index * fanIn + j]!),
    b: theta[width * fanIn + index]!,
  }));
}

/** Where the weights and the bias of a first-layer neuron are in θ. */
export function placesOf(
  { widths }: Pick<Network, 'widths'>,
  neuron: number,
): { readonly w: number; readonly b: number } {
  return { w: neuron * widths[0]!, b: widths[0]! * widths[1]! + neuron };
}

/** w·x + b. */
export function preActivation({ w, b }: Neuron, x: readonly number[]): number {
  return w.reduce((sum, weight, j) => sum + weight * x[j]!, b);
}

/** N_θ as a function of one input, for drawing: plain loops, without the kernels. */
export function realization(
  { widths, activation }: Pick<Network, 'widths' | 'activation'>,
  theta: ArrayLike<number>,
): (x: readonly number[]) => number {
  const scalar = scalarActivation(activation);
  const layers = widths.length - 1;
  const buffers = widths.map((width) => new Float64Array(width));
  return (x) => {
    buffers[0]!.set(x);
    let offset = 0;
    for (let k = 1; k <= layers; k++) {
      const [from, to] = [buffers[k - 1]!, buffers[k]!];
      const [fanIn, width] = [from.length, to.length];
      const biases = offset + width * fanIn;
      for (let i = 0; i < width; i++) {
        let sum = theta[biases + i]!;
        for (let j = 0; j < fanIn; j++) sum += theta[offset + i * fanIn + j]! * from[j]!;
        to[i] = k < layers ? scalar.value(sum) : sum;
      }
      offset = biases + width;
    }
    return buffers[layers]![0]!;
  };
}

/** The last saved moment up to t. */
export function momentAt(times: Float64Array, t: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle]! <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** θ at time t, on the straight line between saved moments. */
export function stateAt(
  { t: times, states, dimension }: { t: Float64Array; states: Float64Array; dimension: number },
  t: number,
): Float64Array {
  const k = momentAt(times, t);
  const theta = states.slice(k * dimension, (k + 1) * dimension);
  if (k + 1 < times.length && times[k + 1]! > times[k]!) {
    const share = Math.min(1, Math.max(0, (t - times[k]!) / (times[k + 1]! - times[k]!)));
    for (let i = 0; i < dimension; i++) {
      theta[i] = theta[i]! + share * (states[(k + 1) * dimension + i]! - theta[i]!);
    }
  }
  return theta;
}
