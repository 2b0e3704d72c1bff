import type { Exhausted } from '../cells/budget.js';

/** Why something is undecided, or known in part only. */
export type ReasonCode =
  /** An operation is not known to be abs-smooth near the point. */
  | 'notAbsSmooth'
  /** Rounding hides the sign of a switching variable. */
  | 'hiddenSign'
  /** The value, or an entry of the gradient, is infinite or no number. */
  | 'notFinite'
  /** The abs-normal form is known only to within rounding. */
  | 'roundedForm'
  /** Rounding hides the sign of a multiplier. */
  | 'hiddenMultiplier'
  /** The vector equals the gradient to within rounding. */
  | 'hiddenDifference'
  /** Data are irrational, and the vector is no answer of a sweep. */
  | 'roundedVector'
  /** Data are irrational, and a choice that no sweep makes is met at kinks that depend on each other. */
  | 'coupledKinks'
  /** Rows of the active kinks are dependent to within rounding. */
  | 'dependentRows'
  /** The linearization may not tell everything: rows of the active kinks are dependent, and curvature counts. */
  | 'dependentKinks'
  /** Dependent active kinks of one unit, more than are tried. */
  | 'manyKinks'
  /** More signatures than the budget of cells. */
  | 'manySignatures'
  /** A limit of the budget was met. */
  | 'budgetExhausted'
  /** Exact arithmetic found neither a combination nor a separation. */
  | 'noSeparation';

/** A reason as a code for programs and a sentence for people. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
}

/** Why "out" was not tried for all signatures. */
export const outerReason: Reason = {
  code: 'manySignatures',
  text: 'more signatures than the budget of cells',
};

/** Why limiting "out" was not tried face by face. */
export function manyFacesReason(kinks: number, cells: number): Reason {
  const text = `${kinks} dependent kinks with ${cells} cells: their faces would take more than an eighth of budget.tests`;
  return { code: 'budgetExhausted', text };
}

/** Nothing exact is known. */
export const roundedReason: Reason = {
  code: 'roundedForm',
  text: 'the abs-normal form is known only to within rounding',
};

/** Bounds leave a multiplier either sign. */
export const multiplierReason: Reason = {
  code: 'hiddenMultiplier',
  text: 'the sign of a multiplier is hidden by rounding',
};

/** Why the linearization may not tell everything. */
export function dependenceReason({ dependent }: { readonly dependent: readonly number[] }): Reason {
  const text = `dependent kinks ${dependent.join(', ')}: curvature is not excluded`;
  return { code: 'dependentKinks', text };
}

/** Which limit was met. */
export function budgetReason({ count, limit }: Exhausted): Reason {
  return { code: 'budgetExhausted', text: `budget exhausted: more than ${limit} ${count}` };
}
