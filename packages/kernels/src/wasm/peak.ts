import type { Dtype } from '../dtype.js';
import { elementBytes } from './arena.js';
import { instantiate, kernelsOf, type Build } from './module.js';
import { webAssembly } from './webassembly.js';

/**
 * The yardstick of benchmarks: 52·steps 128-bit multiplications and as many additions, on registers only.
 * `run(steps)` does them; `operations(steps)` says how many floating-point operations that is.
 */
export interface PeakLoop {
  run(steps: number): number;
  operations(steps: number): number;
}

/** The register-only loop of a build, in the given dtype. */
export function peakLoop(dtype: Dtype, build: Build = 'simd'): PeakLoop {
  const memory = new webAssembly.Memory({ initial: 1, maximum: 1 });
  const { multiplyAdds } = kernelsOf(instantiate(build, memory), dtype);
  return {
    run: (steps) => multiplyAdds(steps),
    operations: (steps) => (steps * 52 * 2 * 16) / elementBytes[dtype],
  };
}
