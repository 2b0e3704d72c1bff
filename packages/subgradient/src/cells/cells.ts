import { ArgumentError, requireVectors } from '@nonsmooth/core';
import { fromNumber } from '../exact/rational.js';
import { arrangement } from './abs-linear.js';
import { meter, type Budget, type Exhausted, type Spending } from './budget.js';
import { searchCells } from './search.js';

/** The count of cells, and what of the budget it took. */
export interface ArrangementCells {
  /** The number of full-dimensional cells, or undefined if the budget did not suffice. */
  readonly count: number | undefined;
  readonly exhausted: Exhausted | undefined;
  readonly spent: Spending;
}

/**
 * Counts the full-dimensional cells into which the hyperplanes ⟨rows_i, d⟩ = 0 divide space, exactly for the
 * doubles given. k rows in general position in Rⁿ give 2·Σ_{i<n} C(k−1, i) (Winder 1966), the rows e_i − e_j n!.
 */
export function countCells(
  rows: readonly ArrayLike<number>[],
  budget: Partial<Budget> = {},
): ArrangementCells {
  requireVectors('rows', rows);
  if (rows[0]!.length === 0) throw new ArgumentError('rows', rows, 'rows with entries');
  const limits = meter(budget);
  let count = 0;
  const outcome = searchCells(
    arrangement(rows.map((row) => Array.from(row, fromNumber))),
    { cell: () => void count++ },
    limits,
  );
  const complete = outcome.status === 'complete';
  return { count: complete ? count : undefined, exhausted: limits.exhausted, spent: limits.spent };
}
