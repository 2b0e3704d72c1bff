import type { Kernels } from '../kernels.js';
import { denseRisk } from './dense-risk.js';
import { frozenRisk } from './frozen-risk.js';
import { matmul } from './matmul.js';
import { simdBinary, type Build } from './module.js';
import { workspace } from './workspace.js';

/** The interface on a build. */
export function kernelsOfBuild(name: string, build: Build): Kernels {
  return {
    name,
    matmul: (a, b, out, m, k, n) => matmul(build, a, b, out, m, k, n),
    denseNetwork: (problem) => denseRisk(build, problem),
    frozenNetwork: (problem) => frozenRisk(build, problem),
    workspace: (dtype, lengths, largestInner = 0) => workspace(build, dtype, lengths, largestInner),
  };
}

const simdKernels: Kernels = kernelsOfBuild('wasm-simd', { binary: simdBinary });

/** WebAssembly kernels with 128-bit SIMD. They are fully specified: the same bits on every engine. */
export function wasmKernels(): Kernels {
  return simdKernels;
}
