import type { Kernels } from '../kernels.js';
import { wasmKernels } from '../wasm/kernels.js';
import { nativeKernels } from './kernels.js';

let chosen: Kernels | undefined;

/** Chosen at the first call: an import loads nothing. */
function kernels(): Kernels {
  return (chosen ??= nativeKernels() ?? wasmKernels());
}

/**
 * The fastest kernels with the portable bits: native ones where there are some, else WebAssembly. The results are the
 * same; `name` says which they are.
 */
export const defaultKernels: Kernels = {
  get name() {
    return kernels().name;
  },
  matmul: (a, b, out, m, k, n) => kernels().matmul(a, b, out, m, k, n),
  denseNetwork: (problem) => kernels().denseNetwork(problem),
  frozenNetwork: (problem) => kernels().frozenNetwork(problem),
  workspace: (dtype, lengths, largestInner) => kernels().workspace(dtype, lengths, largestInner),
};
