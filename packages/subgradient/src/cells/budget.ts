import { ArgumentError, requireKnownOptions } from '@nonsmooth/core';

/** Limits as counts, never time, so that a verdict is the same on every machine. */
export interface Budget {
  /** Cells, or faces for limiting membership. Default 100 000. */
  readonly cells: number;
  /** Questions "is this sign attained?". Default 2 000 000. */
  readonly tests: number;
  /** Systems solved in exact arithmetic. Default 10 000. */
  readonly exactSolves: number;
}

/** The limits that apply where the caller gives none. */
export const defaultBudget: Budget = { cells: 100_000, tests: 2_000_000, exactSolves: 10_000 };

/** What was spent; the limit that was met, if any. */
export interface Spending {
  cells: number;
  tests: number;
  exactSolves: number;
}

/** Why a search stopped without an answer: the count and its limit. */
export interface Exhausted {
  readonly count: keyof Budget;
  readonly limit: number;
}

/** Counts what a question costs, over all searches that it takes. */
export interface Meter {
  readonly spent: Readonly<Spending>;
  readonly exhausted: Exhausted | undefined;
  /** Counts one; false once a limit is exceeded. */
  spend(what: keyof Budget): boolean;
}

/** The limits, the default where there is none. */
export function requireBudget(limits: Partial<Budget>): Budget {
  requireKnownOptions('budget', limits, defaultBudget);
  const budget = { ...defaultBudget, ...limits };
  for (const what of Object.keys(defaultBudget) as (keyof Budget)[]) {
    if (!(typeof budget[what] === 'number' && budget[what] >= 0))
      throw new ArgumentError(`budget.${what}`, budget[what], 'numbers ≥ 0');
  }
  return budget;
}

/** A meter that counts against these limits; limits not given are those of `defaultBudget`. */
export function meter(limits: Partial<Budget> = {}): Meter {
  const budget = requireBudget(limits);
  const spent: Spending = { cells: 0, tests: 0, exactSolves: 0 };
  let exhausted: Exhausted | undefined;
  return {
    spent,
    get exhausted(): Exhausted | undefined {
      return exhausted;
    },
    spend(what) {
      spent[what]++;
      if (spent[what] > budget[what]) exhausted ??= { count: what, limit: budget[what] };
      return exhausted === undefined;
    },
  };
}
