import type { EmpiricalRisk, Network } from '@nonsmooth/nets';
import { empiricalRisk, network } from '@nonsmooth/nets';
import { key, uniform } from '@nonsmooth/tensor';

/** Samples of a function of one number. */
export interface Task {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
}

/** A task, a network for it, and the risk of both. */
export interface Model {
  readonly task: Task;
  readonly net: Network;
  readonly risk: EmpiricalRisk;
}

/** Uniformly distributed samples of a function on [−1, 1]; the same for the same seed. */
export function sampleTask(target: (x: number) => number, count: number, seed: number): Task {
  const inputs = Float64Array.from(uniform(key(seed), [count], { low: -1, high: 1 }).data);
  return { inputs, targets: inputs.map(target) };
}

/** A shallow network for the task. */
export function modelOf(task: Task, width: number, activation: 'relu' | 'tanh'): Model {
  const net = network([1, width, 1], { activation });
  return { task, net, risk: empiricalRisk(net, { ...task }) };
}
