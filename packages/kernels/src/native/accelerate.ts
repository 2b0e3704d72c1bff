import type { KernelFunctions } from '../wasm/generated/functions.js';
import type { Memory } from '../wasm/webassembly.js';
import type { NativeFunctions } from './addon.js';

/**
 * The kernels with those of `native` in front, on so many threads, which leave to `kernel` what they do not have.
 */
export function accelerated(
  native: NativeFunctions,
  kernel: KernelFunctions,
  memory: Memory,
  threads = 1,
): KernelFunctions {
  const bytes = new Uint8Array(memory.buffer);
  // these functions serve one problem, whoever else lives in its memory
  let wholeRisk: boolean | undefined;
  let batchRisk: boolean | undefined;
  let prepared = false;
  return {
    ...kernel,
    risk(network, count, indices, withGradient) {
      const computes =
        indices === 0
          ? (wholeRisk ??= native.computes(bytes, network, 0) === true)
          : (batchRisk ??= native.computes(bytes, network, 1) === true);
      const value = computes
        ? native.risk(bytes, network, count, indices, withGradient, threads)
        : undefined;
      return value ?? kernel.risk(network, count, indices, withGradient);
    },
    realize(network, rows, out, count) {
      if (!native.realize(bytes, network, rows, out, count)) {
        kernel.realize(network, rows, out, count);
      }
    },
    descend(network, state, steps, learningRate) {
      const done = new Float64Array(memory.buffer, state, 1);
      const before = done[0]!;
      const loss = native.descend(bytes, network, state, steps, learningRate, threads);
      if (loss !== undefined) return loss;
      return kernel.descend(network, state, steps - (done[0]! - before), learningRate);
    },
    prepare(state) {
      prepared = native.prepare(bytes, state) === true;
      if (!prepared) kernel.prepare(state);
    },
    hessianVector(state) {
      if (!prepared || !native.hessianVector(bytes, state)) kernel.hessianVector(state);
    },
    matmul(a, b, out, m, k, n, transposeA, transposeB, add, scratch) {
      if (!native.matmul(bytes, a, b, out, m, k, n, transposeA, transposeB, add)) {
        kernel.matmul(a, b, out, m, k, n, transposeA, transposeB, add, scratch);
      }
    },
  };
}
