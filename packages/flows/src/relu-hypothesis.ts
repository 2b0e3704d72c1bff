import { resolveLoss } from '@nonsmooth/kernels';
import type { EmpiricalRiskData, Network } from '@nonsmooth/nets';
import { HypothesisError } from './hypothesis-error.js';

/** What keeps a risk from being the squared one of a plain ReLU network, whatever its widths. */
export function failedReluHypothesis(
  { activation, batchNormalization }: Network,
  data: EmpiricalRiskData,
  theorem: string,
): HypothesisError | undefined {
  if (activation.name !== 'relu' || batchNormalization) {
    return new HypothesisError('network.activation', activation.name, 'plain relu', theorem);
  }
  const loss = resolveLoss(data?.loss ?? 'squared').name;
  if (loss !== 'squared') {
    return new HypothesisError('loss', loss, 'squared', theorem);
  }
  return undefined;
}
