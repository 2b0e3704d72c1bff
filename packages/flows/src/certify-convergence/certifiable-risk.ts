import type { Objective } from '@nonsmooth/core';
import type { LossName } from '@nonsmooth/kernels';
import { isEmpiricalRisk, type Network } from '@nonsmooth/nets';
import { isEnclosed } from '../verify-convergence/activation-enclosures.js';
import { hasBounds } from './activation-bounds.js';
import type { Samples } from './dense-jets.js';

/** What certificates know of an empirical risk: a dense network, its samples and the loss. */
export interface CertifiableRisk {
  readonly net: Network;
  readonly samples: Samples;
  readonly loss: LossName;
}

/** The risk behind an objective, or why there is none that is understood. */
export function certifiableRisk(objective: Objective): CertifiableRisk | string {
  if (!isEmpiricalRisk(objective)) return 'the objective is no empirical risk';
  const { network: net, data } = objective;
  if (net.batchNormalization) return 'the input is normalized by batches';
  if (net.widths.length > 2 && !(hasBounds(net.activation) && isEnclosed(net.activation))) {
    return `no bounds are known of the derivatives of ${net.activation.name} around its kinks`;
  }
  const { inputs, targets, loss } = data as unknown as {
    inputs: { data: ArrayLike<number> };
    targets: { data: ArrayLike<number> };
    loss: LossName;
  };
  return {
    net,
    loss,
    samples: { count: objective.samples, inputs: inputs.data, targets: targets.data },
  };
}
