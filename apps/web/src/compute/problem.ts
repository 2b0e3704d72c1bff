import { normalize } from '@nonsmooth/flows';
import {
  heNormal,
  initialize,
  network,
  normalWeights,
  xavierUniform,
  type Network,
} from '@nonsmooth/nets';
import { foldIn, key, type Key } from '@nonsmooth/tensor';
import { samplesOf, type Samples } from '../data/samples.js';
import type { Experiment } from '../state/state.js';

/** What an experiment is about: the network, its samples and where its parameters begin. */
export interface Problem {
  readonly net: Network;
  readonly samples: Samples;
  readonly data: {
    readonly inputs: number[][];
    readonly targets: number[];
    readonly loss: Experiment['loss'];
  };
  readonly start: Float64Array;
}

const initializers = {
  heNormal: () => heNormal,
  xavierUniform: () => xavierUniform,
  normal: normalWeights,
} as const;

/** A pure function of the experiment. @throws what the packages throw for what does not fit together. */
export function problemOf(experiment: Experiment): Problem {
  const { widths, activation, loss, start, seed, deviation, biases, theta } = experiment;
  const net = network(widths, { activation });
  const samples = samplesOf(experiment);
  const data = {
    inputs: samples.inputs.map((row) => [...row]),
    targets: [...samples.targets],
    loss,
  };
  const drawn =
    start === 'values' && theta.length === net.dimension
      ? Float64Array.from(theta)
      : initialize(
          net,
          initializers[start === 'values' ? 'heNormal' : start](deviation),
          key(seed),
          {
            ...(biases > 0 && { biases: normalWeights(biases) }),
          },
        );
  const first = experiment.dynamics === 'normalized' ? normalize(net, drawn) : drawn;
  return { net, samples, data, start: first };
}

/** Where random batches come from: the key that a study of the lab with this seed has for its first start. */
export function batchKey(seed: number): Key {
  return foldIn(foldIn(key(seed), 0), 3);
}
