import { requireBoolean, requireKnownOptions, type OptionNames } from '@nonsmooth/core';
import type { Kernels } from '../kernels.js';
import { denseRisk } from './dense-risk.js';
import { matmul } from './matmul.js';
import { compiledModule, type Build } from './module.js';
import { workspace } from './workspace.js';

/** Options of the WebAssembly kernels. */
export interface WasmOptions {
  /**
   * Use fused multiply-add where the machine has it (relaxed SIMD): 1.2 to 1.35 times as fast on wide layers (a Xeon,
   * both builds in turn), but the last bits then depend on the machine. Node 20 needs `--experimental-wasm-relaxed-simd`. Default false.
   */
  readonly relaxed?: boolean;
}

const wasmOptionNames: OptionNames<WasmOptions> = { relaxed: true };

/** The interface on a build. */
export function kernelsOfBuild(name: string, build: Build): Kernels {
  return {
    name,
    matmul: (a, b, out, m, k, n) => matmul(build, a, b, out, m, k, n),
    denseNetwork: (problem) => denseRisk(build, problem),
    workspace: (dtype, lengths, largestInner = 0) => workspace(build, dtype, lengths, largestInner),
  };
}

/**
 * WebAssembly kernels with 128-bit SIMD. The plain ones are fully specified: the same bits on every engine.
 * @throws ArgumentError if relaxed kernels are asked for and the engine does not know them.
 */
export function wasmKernels(options: WasmOptions = {}): Kernels {
  requireKnownOptions('options', options, wasmOptionNames);
  const { relaxed = false } = options;
  requireBoolean('relaxed', relaxed);
  if (!relaxed) return kernelsOfBuild('wasm-simd', { binary: 'simd' });
  compiledModule('relaxedSimd');
  return kernelsOfBuild('wasm-relaxed-simd', { binary: 'relaxedSimd' });
}
