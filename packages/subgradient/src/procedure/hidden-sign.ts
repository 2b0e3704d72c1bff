import type { Op } from '@nonsmooth/autodiff';

/**
 * The sign of a switching variable could not be decided: rounding hides it, and exact arithmetic does not reach it
 * (its value is irrational, or would take too many digits).
 */
export class HiddenSignError extends Error {
  override readonly name = 'HiddenSignError';
  /** Position among all switching variables of the program, in evaluation order. */
  readonly index: number;
  readonly op: Op;

  constructor(index: number, op: Op) {
    super(`the sign of switching variable ${index} (${op}) is hidden by rounding`);
    this.index = index;
    this.op = op;
  }
}
