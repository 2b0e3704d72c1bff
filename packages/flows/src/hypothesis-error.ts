import { ArgumentError } from '@nonsmooth/core';

/** An argument to which a theorem does not apply: which theorem, and which of its hypotheses fails. */
export class HypothesisError extends ArgumentError {
  override readonly name = 'HypothesisError';
  readonly theorem: string;

  constructor(argument: string, value: unknown, hypothesis: string, theorem: string) {
    super(argument, value, `${hypothesis} (hypothesis of ${theorem})`);
    this.theorem = theorem;
  }
}
