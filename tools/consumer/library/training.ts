import { adam, descend, gradientFlow, reluFlow } from '@nonsmooth/flows';
import { heNormal, initialize } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';
import { readNpz, writeNpz } from '@nonsmooth/tensor/formats';
import { fromData } from '@nonsmooth/tensor';
import type { Model } from './task.js';

/** Where training ended, and what it cost. */
export interface Trained {
  readonly theta: Float64Array;
  readonly before: number;
  readonly after: number;
}

/** Random parameters; the same for the same seed. */
export function startOf({ net }: Model, seed: number): Float64Array {
  return initialize(net, heNormal, key(seed));
}

/** Trains by Adam. @throws Error if the loss overflows. */
export function train({ risk }: Model, start: Float64Array, steps: number): Trained {
  const { theta, status } = descend(risk, start, adam({ learningRate: 0.01 }), { steps });
  if (status === 'nonFinite') throw new Error('the loss overflowed');
  return { theta, before: risk.value(start), after: risk.value(theta) };
}

/** A continuous path of training: how long, by which method, and how well its energy balances. */
export interface Path {
  readonly theta: Float64Array;
  readonly end: number;
  readonly loss: number;
  readonly method: string;
  /** Kinks that it crossed or slid along. */
  readonly kinks: number;
}

/** Follows the gradient flow to a time: of ReLU networks as a differential inclusion. */
export function follow({ risk, net, task }: Model, start: Float64Array, until: number): Path {
  const tolerances = { rtol: 1e-7, atol: 1e-9 };
  if (net.activation.name === 'relu') {
    const flow = reluFlow(net, { ...task }, start, { until, ...tolerances });
    const { theta, end, method, itinerary } = flow;
    return { theta, end, method, loss: risk.value(theta), kinks: itinerary.length };
  }
  const { theta, end, method } = gradientFlow(risk, start, { until, ...tolerances });
  return { theta, end, method, loss: risk.value(theta), kinks: 0 };
}

/** The parameters as a file that NumPy reads. */
export function save({ net }: Model, theta: Float64Array): Uint8Array {
  const arrays = net.layout.map(({ name, offset, shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return [name, fromData(theta.slice(offset, offset + size), shape)] as const;
  });
  return writeNpz(new Map(arrays));
}

/** What `save` wrote, as one vector. */
export function load({ net }: Model, file: Uint8Array): Float64Array {
  const arrays = readNpz(file);
  const theta = new Float64Array(net.dimension);
  for (const { name, offset } of net.layout) {
    const array = arrays.get(name);
    if (array === undefined) throw new Error(`no array ${name}`);
    theta.set(array.data, offset);
  }
  return theta;
}
