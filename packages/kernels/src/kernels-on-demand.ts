import type { Kernels } from './kernels.js';

/** Kernels that are chosen at the first call: an import loads nothing. */
export function kernelsOnDemand(choose: () => Kernels): Kernels {
  let chosen: Kernels | undefined;
  const kernels = (): Kernels => (chosen ??= choose());
  return {
    get name() {
      return kernels().name;
    },
    matmul: (a, b, out, m, k, n) => kernels().matmul(a, b, out, m, k, n),
    denseNetwork: (problem) => kernels().denseNetwork(problem),
    frozenNetwork: (problem) => kernels().frozenNetwork(problem),
    workspace: (dtype, lengths, largestInner) => kernels().workspace(dtype, lengths, largestInner),
  };
}
