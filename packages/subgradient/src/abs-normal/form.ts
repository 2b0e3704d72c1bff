import type { SwitchingBlock } from '@nonsmooth/autodiff';

/**
 * The abs-normal form of a function at a point (Griewank 2013): z = Z·dx + L·|z| and f = a·dx + b·|z| to first
 * order, one row per switching variable in evaluation order. Matrices are lists of rows.
 */
export interface AbsNormalForm {
  readonly value: number;
  /** z at the point. */
  readonly switching: Float64Array;
  /** Z = ∂z/∂x, s × n. */
  readonly switchingByInput: readonly Float64Array[];
  /** L = ∂z/∂|z|, s × s, strictly lower triangular. */
  readonly switchingByAbs: readonly Float64Array[];
  /** a = ∂f/∂x. */
  readonly outputByInput: Float64Array;
  /** b = ∂f/∂|z|. */
  readonly outputByAbs: Float64Array;
  /** Which switching variables belong to which operation; for a network one block per layer. */
  readonly blocks: readonly SwitchingBlock[];
}
