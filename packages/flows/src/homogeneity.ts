import { activationNames, activations } from '@nonsmooth/kernels';
import { requireNetwork, type Network } from '@nonsmooth/nets';
import { HypothesisError } from './hypothesis-error.js';

const homogeneous = activationNames.filter((name) => activations[name].homogeneous);

/** Throws unless σ(cx) = cσ(x) for all c > 0, which `theorem` supposes. */
export function requireHomogeneous(net: Network, theorem: string): void {
  requireNetwork('net', net);
  if (!activations[net.activation.name].homogeneous) {
    throw new HypothesisError(
      'network.activation',
      net.activation.name,
      `a positively homogeneous activation: ${homogeneous.join(', ')}`,
      theorem,
    );
  }
}
