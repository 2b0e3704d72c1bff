import type { DenseProblem, DenseRisk } from './dense-network.js';
import type { FloatArray } from './dtype.js';

/** What a backend computes. `reference` is the obvious TypeScript twin that tests compare the others with. */
export interface Kernels {
  readonly name: string;
  /** out = a·b with a: m × k, b: k × n, out: m × n, all row-major and of one dtype. */
  matmul(a: FloatArray, b: FloatArray, out: FloatArray, m: number, k: number, n: number): void;
  /** Takes up an empirical risk of a dense network. */
  denseNetwork(problem: DenseProblem): DenseRisk;
}
