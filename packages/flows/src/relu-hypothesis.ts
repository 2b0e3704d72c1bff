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
  if ((data?.loss ?? 'squared') !== 'squared') {
    return new HypothesisError('loss', data.loss, 'squared', theorem);
  }
  return undefined;
}
