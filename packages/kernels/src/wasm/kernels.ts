import type { Kernels } from '../kernels.js';
import { denseRisk } from './dense-risk.js';
import { matmul } from './matmul.js';
import { workspace } from './workspace.js';

/** WebAssembly kernels with 128-bit SIMD: fully specified arithmetic, the same bits on every engine. */
export function wasmKernels(): Kernels {
  const build = 'simd';
  return {
    name: 'wasm-simd',
    matmul: (a, b, out, m, k, n) => matmul(build, a, b, out, m, k, n),
    denseNetwork: (problem) => denseRisk(build, problem),
    workspace: (dtype, lengths, largestInner = 0) => workspace(build, dtype, lengths, largestInner),
  };
}

/** The fastest kernels that are portable and reproducible: plain SIMD. */
export const defaultKernels: Kernels = wasmKernels();
