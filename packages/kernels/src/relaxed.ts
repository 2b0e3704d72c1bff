import type { Kernels } from './kernels.js';
import { relaxedSimd } from './wasm/generated/relaxedSimd.js';
import { kernelsOfBuild } from './wasm/kernels.js';
import { compiledModule, type Binary } from './wasm/module.js';

const relaxedBinary: Binary = { name: 'relaxedSimd', text: relaxedSimd };

/**
 * WebAssembly kernels that use fused multiply-add where the machine has it (relaxed SIMD): 1.2 to 1.35 times as fast on
 * wide layers (a Xeon, both builds in turn), but the last bits then depend on the machine. Node 20 needs
 * `--experimental-wasm-relaxed-simd`.
 * @throws ArgumentError if the engine does not know them.
 */
export function relaxedKernels(): Kernels {
  compiledModule(relaxedBinary);
  return kernelsOfBuild('wasm-relaxed-simd', { binary: relaxedBinary });
}
