import { requireLength, requireObject, ShapeError } from '@nonsmooth/core';
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

/** Throws unless what is read of the form has one entry per switching variable, and one per variable. */
export function requireForm(form: AbsNormalForm): void {
  requireObject('form', form);
  const size = form.switching?.length;
  const n = form.outputByInput?.length;
  requireLength('form.switching', form.switching, size);
  requireLength('form.outputByInput', form.outputByInput, n);
  requireLength('form.outputByAbs', form.outputByAbs, size);
  requireRows('form.switchingByInput', form.switchingByInput, size, n);
  requireRows('form.switchingByAbs', form.switchingByAbs, size, size);
}

function requireRows(
  argument: string,
  rows: readonly Float64Array[],
  count: number,
  length: number,
): void {
  if (!Array.isArray(rows) || rows.length !== count) {
    throw new ShapeError(argument, rows, `${count} rows`);
  }
  for (let i = 0; i < count; i++) requireLength(`${argument}[${i}]`, rows[i], length);
}
