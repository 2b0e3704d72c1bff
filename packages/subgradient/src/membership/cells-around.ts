import { gradientOffset, rationalRow } from '../cells/abs-linear.js';
import { meter, requireBudget, type Budget, type Exhausted } from '../cells/budget.js';
import { searchCells, type BranchStep } from '../cells/search.js';
import type { Witness } from '../cells/witness.js';
import { print, subtract, type Rational } from '../exact/rational.js';
import type { Frame } from './frame.js';
import type { CellWitness } from './proofs.js';
import { directionOf } from './sparse-entries.js';

/** A full-dimensional cell of the linearization. */
export interface CollectedCell {
  readonly signs: readonly number[];
  readonly witness: Witness;
  /** g_σ − g. */
  readonly point: readonly Rational[];
}

/** The cells that were found within the budget, and the search that led to them. */
export interface CollectedCells {
  readonly list: readonly CollectedCell[];
  readonly tree: readonly BranchStep[];
  readonly exhausted: Exhausted | undefined;
}

/** All cells around the point. */
export function cellsAround({ form, offset }: Frame, budget: Partial<Budget>): CollectedCells {
  const list: CollectedCell[] = [];
  const tree: BranchStep[] = [];
  const limits = meter(budget);
  searchCells(
    form,
    {
      branch: (step) => void tree.push(step),
      cell({ signs, witness, rows }) {
        const rational = form.switchingByInput.map((_, i) => rows.rational(i));
        const point = gradientOffset(form, signs, rational).map((q, t) => subtract(q, offset[t]!));
        list.push({ signs: Array.from(signs), witness, point });
      },
    },
    limits,
  );
  return { list, tree, exhausted: limits.exhausted };
}

/** g_σ − g for every σ ∈ {±1}^k, or undefined if that is more than the budget. */
export function allSignatures(at: Frame, budget: Partial<Budget>): CollectedCell[] | undefined {
  const { form, offset } = at;
  const kinks = form.switchingByInput.length;
  if (2 ** kinks > requireBudget(budget).cells) return undefined;
  const limits = meter(budget);
  const list: CollectedCell[] = [];
  const signs = new Array<number>(kinks).fill(-1);
  const nowhere: Witness = { numbers: new Float64Array(0), integers: undefined, isExact: true };
  for (;;) {
    if (!limits.spend('cells')) return undefined;
    const rows: (readonly Rational[])[] = [];
    form.switchingByInput.forEach((_, i) => rows.push(rationalRow(form, i, signs, rows)));
    const point = gradientOffset(form, signs, rows).map((q, t) => subtract(q, offset[t]!));
    list.push({ signs: [...signs], witness: nowhere, point });
    let i = kinks - 1;
    while (i >= 0 && signs[i] === 1) signs[i--] = -1;
    if (i < 0) return list;
    signs[i] = 1;
  }
}

/** One cell for each g_σ. */
export function distinctPoints(cells: readonly CollectedCell[]): CollectedCell[] {
  const seen = new Map<string, CollectedCell>();
  for (const cell of cells) {
    const key = cell.point.map(print).join();
    if (!seen.has(key)) seen.set(key, cell);
  }
  return [...seen.values()];
}

/** Whether g_σ = g there. */
export function isOrigin(point: readonly Rational[]): boolean {
  return point.every(({ n }) => n === 0n);
}

/** The cell as proofs have it. */
export function cellOf(at: Frame, { signs, witness }: CollectedCell): CellWitness {
  return { signature: signs, direction: directionOf(at, witness) };
}
