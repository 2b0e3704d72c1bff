import { trace, type Program } from '@nonsmooth/autodiff';
import { resolveLoss, type Loss, type LossName } from '@nonsmooth/kernels';
import type { Tensor } from '@nonsmooth/tensor';
import { tracedLosses } from './losses.js';
import type { Network } from './network.js';
import { applyNetwork } from './realize.js';

/** The empirical risk as a program of θ: the slow twin of the kernels, and what subgradients are read from. */
export function traceRisk(
  net: Network,
  inputs: Tensor,
  targets: Tensor,
  loss: LossName | Loss,
): Program {
  const { name, parameter } = resolveLoss(loss);
  return trace(
    (theta) => tracedLosses[name](applyNetwork(net, theta, inputs), targets, parameter),
    [[net.dimension]],
  );
}
