import type { ActivationName, Dtype, FloatArray } from '@nonsmooth/kernels';

/** Another way to the same numbers, to compare speed and answers with. */
export interface Peer {
  readonly name: PeerName;
  /** What must be installed for it, with versions; nothing for code of our own. */
  readonly packages: Readonly<Record<string, string>>;
  readonly dtypes: readonly Dtype[];
  /** Takes up a problem; `folder` is where the packages are installed. */
  lossAndGradient(problem: DenseRiskProblem, folder: string): Promise<PeerTask>;
}

/** The names of the peers. */
export type PeerName = 'plain loops' | 'ml-matrix' | 'tfjs cpu' | 'tfjs wasm' | 'jax-js';

/** The squared risk of a dense network at θ, in the layout of `DenseProblem` of @nonsmooth/kernels. */
export interface DenseRiskProblem {
  readonly widths: readonly number[];
  readonly activation: Extract<ActivationName, 'relu' | 'tanh'>;
  readonly dtype: Dtype;
  readonly samples: number;
  readonly inputs: FloatArray;
  readonly targets: FloatArray;
  readonly theta: Float64Array;
}

/** A problem that a peer has prepared. */
export interface PeerTask {
  /** Computes loss and gradient once, to the last number. */
  run(): void;
  /** Loss, then the gradient in θ's layout, of the last run. */
  result(): { readonly loss: number; readonly gradient: ArrayLike<number> };
}

/** W¹, b¹, …, W^D, b^D as slices of θ. */
export function layersOf({ widths, theta }: DenseRiskProblem): readonly {
  readonly rows: number;
  readonly columns: number;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}[] {
  let offset = 0;
  const take = (size: number): Float64Array => theta.subarray(offset, (offset += size));
  return widths.slice(1).map((rows, k) => {
    const columns = widths[k]!;
    return { rows, columns, weights: take(rows * columns), bias: take(rows) };
  });
}
