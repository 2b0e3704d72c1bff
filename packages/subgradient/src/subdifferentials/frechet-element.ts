import type { Meter } from '../cells/budget.js';
import { primitive } from '../exact/integer-vector.js';
import { nonnegativeSolution } from '../exact/nonnegative-solution.js';
import { multiply, rational, zero, type Rational } from '../exact/rational.js';
import { excess, frechetMembership } from '../membership/frechet.js';
import type { AbsLinearForm } from '../cells/abs-linear.js';

/** An element of the Fréchet subdifferential, a proof that there is none, or neither. */
export type FrechetElement =
  | { readonly found: true; readonly offset: readonly Rational[] }
  /** No vector satisfies the inequality along all of these directions. */
  | { readonly found: false; readonly directions: readonly (readonly Rational[])[] }
  | { readonly found: undefined };

/**
 * An element g of the Fréchet subdifferential of Δf (as g − a), or directions that exclude every g: candidates
 * satisfy ⟨g, d⟩ ≤ Δf(d) along the directions known so far, each test supplies one more. Exact arithmetic.
 */
export function frechetElement(form: AbsLinearForm, limits: Meter): FrechetElement {
  const n = form.dimension;
  const nothing = new Array<Rational>(n).fill(zero);
  const directions: (readonly Rational[])[] = [];
  for (;;) {
    if (!limits.spend('exactSolves')) return { found: undefined };
    const candidate = satisfying(directions, form, nothing);
    if (candidate === undefined) return { found: false, directions };
    const tested = frechetMembership(form, candidate, limits);
    if (tested.answer === 'in') return { found: true, offset: candidate };
    if (tested.answer === 'undecided') return { found: undefined };
    directions.push(tested.direction);
  }
}

/** y with ⟨y, d_j⟩ ≤ Δf(d_j) − ⟨a, d_j⟩ for all j, as y⁺ − y⁻ and slacks in one system with x ≥ 0. */
function satisfying(
  directions: readonly (readonly Rational[])[],
  form: AbsLinearForm,
  nothing: readonly Rational[],
): Rational[] | undefined {
  const n = form.dimension;
  if (directions.length === 0) return [...nothing];
  const equations = directions.map((d) => primitive([...d, excess(form, nothing, d)]).vector);
  const column = (t: number): bigint[] => equations.map((row) => row[t]!);
  const columns = [
    ...Array.from({ length: n }, (_, t) => column(t)),
    ...Array.from({ length: n }, (_, t) => column(t).map((x) => -x)),
    ...directions.map((_, j) => equations.map((_row, i) => (i === j ? 1n : 0n))),
  ];
  const answer = nonnegativeSolution(columns, column(n));
  if (!answer.feasible) return undefined;
  const y = [...nothing];
  answer.support.forEach((at, j) => {
    if (at >= 2 * n) return;
    const value = rational(answer.numerators[j]!, answer.denominator);
    y[at % n] = at < n ? value : multiply({ n: -1n, d: 1n }, value);
  });
  return y;
}
