import { ArgumentError } from '@nonsmooth/core';
import {
  defaultKernels,
  defaultKinks,
  losses,
  resolveLoss,
  type DenseRisk,
  type Kinks,
  type LossName,
} from '@nonsmooth/kernels';
import { empiricalRisk, type EmpiricalRisk, type Network } from '@nonsmooth/nets';
import type { Samples } from './data/samples.js';
import { folded, plainNetwork, type SavedStatistics } from './running-statistics.js';
import type { Study } from './study.js';
import { fromData } from '@nonsmooth/tensor';

/** How well parameters do on a set of samples. */
export interface Judge {
  /** @throws ArgumentError without the statistics of a network that needs them. */
  loss(theta: Float64Array, statistics?: SavedStatistics): number;
  /** The share of samples whose largest output is their class; of one output, whose sign is. */
  accuracy(theta: Float64Array, statistics?: SavedStatistics): number;
  dispose(): void;
}

/** The risk of a study on samples. */
export function riskOn(study: Study, net: Network, { inputs, targets }: Samples): EmpiricalRisk {
  return empiricalRisk(
    net,
    {
      inputs: fromData(inputs.data, [inputs.rows, inputs.columns]),
      targets: fromData(targets.data, [targets.rows, targets.columns]),
      loss: lossOf(study),
    },
    { dtype: study.network.dtype, kinks: kinksOf(study.network.kinks) },
  );
}

/** Derivatives at kinks, completed. */
export function kinksOf({
  relu,
  abs,
}: { relu?: number | undefined; abs?: number | undefined } = {}): Kinks {
  return {
    ...defaultKinks,
    ...(relu !== undefined && { relu }),
    ...(abs !== undefined && { abs }),
  };
}

function lossOf({ loss }: Study) {
  if (typeof loss === 'string') return loss;
  const { name, parameter } = loss;
  return parameter === undefined ? { name } : { name, parameter };
}

/** Judges on samples; a network with running statistics is judged by those. */
export function judge(study: Study, net: Network, samples: Samples): Judge {
  const runs = typeof study.network.batchNormalization === 'object';
  const judged = runs ? plainNetwork(net) : net;
  const risk = riskOn(study, judged, samples);
  let kernel: DenseRisk | undefined;
  const { name } = resolveLoss(lossOf(study));
  const at = (theta: Float64Array, statistics: SavedStatistics | undefined): Float64Array => {
    if (!runs) return theta;
    if (statistics) return folded(net, theta, statistics);
    throw new ArgumentError(
      'network.batchNormalization',
      study.network.batchNormalization,
      'running statistics with a descent only',
    );
  };
  return {
    loss: (theta, statistics) => risk.value(at(theta, statistics)),
    accuracy(theta, statistics) {
      if (!theta.every(Number.isFinite)) return NaN;
      kernel ??= defaultKernels.denseNetwork({
        widths: judged.widths,
        activation: judged.activation,
        batchNormalization: judged.batchNormalization,
        loss: 'squared',
        dtype: study.network.dtype,
        inputs: samples.inputs.data.subarray(0, judged.widths[0]),
        targets: new Float64Array(judged.widths.at(-1)!),
      });
      const outputs = kernel.realize(at(theta, statistics), samples.inputs.data);
      return accuracy(outputs, samples, judged.widths.at(-1)!, name);
    },
    dispose() {
      risk.dispose();
      kernel?.dispose();
    },
  };
}

function accuracy(
  outputs: ArrayLike<number>,
  { targets: { rows, columns, data } }: Samples,
  width: number,
  loss: LossName,
): number {
  // logits are right by their sign, probabilities and other numbers by the side of the middle of their targets
  const areLogits = losses[loss].targets === 'probabilities';
  const isSigned = areLogits || data.some((y) => y < 0);
  const [outputMiddle, targetMiddle] = areLogits ? [0, 0.5] : isSigned ? [0, 0] : [0.5, 0.5];
  let right = 0;
  for (let i = 0; i < rows; i++) {
    if (width === 1) {
      right += outputs[i]! > outputMiddle === data[i]! > targetMiddle ? 1 : 0;
      continue;
    }
    const best = place(outputs, i * width, width);
    right += best === (columns === 1 ? data[i]! : place(data, i * columns, columns)) ? 1 : 0;
  }
  return right / rows;
}

function place(values: ArrayLike<number>, from: number, width: number): number {
  let best = 0;
  for (let j = 1; j < width; j++) if (values[from + j]! > values[from + best]!) best = j;
  return best;
}
