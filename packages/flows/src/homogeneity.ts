import type { Network } from '@nonsmooth/nets';
import { HypothesisError } from './hypothesis-error.js';

const homogeneous = ['relu', 'leakyRelu', 'identity'];

/** Throws unless σ(cx) = cσ(x) for all c > 0, which `theorem` supposes. */
export function requireHomogeneous(net: Network, theorem: string): void {
  if (!homogeneous.includes(net.activation.name)) {
    throw new HypothesisError(
      'network.activation',
      net.activation.name,
      `a positively homogeneous activation: ${homogeneous.join(', ')}`,
      theorem,
    );
  }
}
