import type { Dtype, FloatArray } from '@nonsmooth/core';
import type { DenseProblem, DenseRisk } from './dense-network.js';
import type { FrozenRisk } from './frozen-network.js';
import type { Workspace } from './workspace.js';

/** What a backend computes. `reference` is the obvious TypeScript twin that tests compare the others with. */
export interface Kernels {
  readonly name: string;
  /** out = a·b with a: m × k, b: k × n, out: m × n, all row-major and of one dtype. */
  matmul(a: FloatArray, b: FloatArray, out: FloatArray, m: number, k: number, n: number): void;
  /** Prepares an empirical risk of a dense network: allocates its memory and copies the data. */
  denseNetwork(problem: DenseProblem): DenseRisk;
  /** The same with the slopes of its activations given; batch normalization is left out. */
  frozenNetwork(problem: DenseProblem): FrozenRisk;
  /**
   * Arrays of these lengths with operations on them, for programs that are not dense networks. `largestInner` is
   * the largest k of the products to come (default 0: no products).
   */
  workspace(dtype: Dtype, lengths: readonly number[], largestInner?: number): Workspace;
}
