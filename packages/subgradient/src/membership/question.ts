import type { ActiveRows } from '../abs-normal/local-form.js';
import type { Budget } from '../cells/budget.js';
import type { Rational } from '../exact/rational.js';
import type { SparseVector } from './frame.js';
import type { Independence } from './independence.js';

/** Everything that the four memberships depend on, without rounding. */
export interface Question {
  readonly rows: ActiveRows<Rational>;
  /** g − a. */
  readonly offset: SparseVector;
  /** σ ∈ [−1, 1] with g = g_σ, if g is the answer of a backward sweep. */
  readonly choice: readonly number[] | undefined;
  readonly independence: () => Independence;
  readonly budget: Partial<Budget>;
}
