import type { Exhausted } from '../cells/budget.js';
import type { Independence } from './independence.js';

/** Why "out" was not tried for all signatures. */
export const outerReason = 'more signatures than the budget of cells';

/** Why the linearization may not tell everything. */
export function dependenceReason({ dependent }: Independence): string {
  return `dependent kinks ${dependent.join(', ')}: curvature is not excluded`;
}

/** Which limit was met. */
export function budgetReason({ count, limit }: Exhausted): string {
  return `budget exhausted: more than ${limit} ${count}`;
}
