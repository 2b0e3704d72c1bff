import type { ActivationName, DenseProblem, Dtype } from '@nonsmooth/kernels';
import { heNormal, initialize, network, type Network } from '@nonsmooth/nets';
import { foldIn, key, split, uniform, type Key, type Tensor } from '@nonsmooth/tensor';

/** The networks that loss+gradient is measured on, with their numbers of samples. */
export const fiveNets = {
  tiny: { widths: [1, 16, 1], samples: 256 },
  small: { widths: [1, 64, 1], samples: 1024 },
  'deep-small': { widths: [2, 32, 32, 32, 1], samples: 512 },
  medium: { widths: [2, 128, 128, 1], samples: 1024 },
  large: { widths: [784, 512, 512, 10], samples: 256 },
} as const satisfies Record<string, { widths: readonly number[]; samples: number }>;

/** The name of one of the five networks. */
export type NetName = keyof typeof fiveNets;

/** A network with samples and parameters. */
export interface NetProblem {
  readonly net: Network;
  readonly data: { readonly inputs: Tensor; readonly targets: Tensor };
  readonly theta: Float64Array;
}

/** One of the nets with random data and random parameters. */
export function problemOf(name: NetName, activation: ActivationName, seed: number): NetProblem {
  const { widths, samples } = fiveNets[name];
  const [inputKey, targetKey, startKey] = split(foldIn(key(seed), widths[1]), 3) as [Key, Key, Key];
  const net = network(widths, { activation });
  const data = {
    inputs: uniform(inputKey, [samples, widths[0]], { low: -1, high: 1 }),
    targets: uniform(targetKey, [samples, widths[widths.length - 1]!], { low: -1, high: 1 }),
  };
  return { net, data, theta: initialize(net, heNormal, startKey, { biases: heNormal }) };
}

/** A network of the five with random samples and parameters, as the kernels take it. */
export function denseProblem(
  {
    net,
    activation,
    dtype,
  }: { readonly net: NetName; readonly activation: ActivationName; readonly dtype: Dtype },
  seed: number,
): { readonly problem: DenseProblem; readonly theta: Float64Array } {
  const { data, theta } = problemOf(net, activation, seed);
  const problem = {
    widths: fiveNets[net].widths,
    activation: { name: activation },
    loss: 'squared',
    dtype,
    batchNormalization: false,
    inputs: data.inputs.data,
    targets: data.targets.data,
  } as const;
  return { problem, theta };
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

/** What rounding explains of a relative error: a few units in the last place. */
export function kernelErrorLimit(dtype: Dtype): number {
  return dtype === 'f64' ? 1e-12 : 1e-5;
}

/** Operations of the matrix products of loss and gradient: forward, weights' and inputs' gradients but the first. */
export function gradientOperations(widths: readonly number[], samples: number): number {
  const products = widths.slice(1).map((width, k) => width * widths[k]!);
  return 2 * samples * (3 * products.reduce((sum, size) => sum + size, 0) - products[0]!);
}
