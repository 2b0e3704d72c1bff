import { gradientOffset, switchingRow, type AbsLinearForm } from '../cells/abs-linear.js';
import type { Exhausted, Meter } from '../cells/budget.js';
import { searchCells, type BranchStep } from '../cells/search.js';
import type { Witness } from '../cells/witness.js';
import { nonnegativeSolver } from '../cones/nonnegative-least-squares.js';
import { integersFromNumbers, primitive } from '../exact/integer-vector.js';
import { solveIntegers } from '../exact/linear-system.js';
import { nonnegativeSolution } from '../exact/nonnegative-solution.js';
import { absolute, add, multiply, sign, subtract, zero, type Rational } from '../exact/rational.js';

/** Whether g lies in the Fréchet subdifferential, with a search tree or a direction as proof. */
export type FrechetAnswer =
  | { readonly answer: 'in'; readonly tree: readonly BranchStep[] }
  /** Δf(d) < ⟨g, d⟩. */
  | { readonly answer: 'out'; readonly direction: readonly Rational[] }
  | { readonly answer: 'undecided'; readonly exhausted: Exhausted };

/**
 * Whether Δf(d) ≥ ⟨g, d⟩ for all d. On a cell with signature σ that says ⟨g_σ − g, d⟩ ≥ 0 on the cone of the
 * signed rows, so g_σ − g must be a nonnegative combination of them; where it is not, the separating direction
 * violates the inequality. `offset` is g − a. `seen` is told of every cell with g_σ − g.
 */
export function frechetMembership(
  form: AbsLinearForm,
  offset: readonly Rational[],
  limits: Meter,
  seen?: (signs: Int8Array, witness: Witness, point: readonly Rational[]) => void,
): FrechetAnswer {
  const n = form.dimension;
  const kinks = form.switchingByInput.length;
  const solver = nonnegativeSolver(n, Math.max(kinks, 1));
  const tree: BranchStep[] = [];
  let violation: readonly Rational[] | undefined;
  const outcome = searchCells(
    form,
    {
      branch: (step) => void tree.push(step),
      cell({ signs, witness, rows }) {
        const rational = form.switchingByInput.map((_, i) => rows.rational(i));
        const target = gradientOffset(form, signs, rational).map((q, t) => subtract(q, offset[t]!));
        seen?.(signs, witness, target);
        if (target.every((entry) => entry.n === 0n)) {
          tree.push({ kind: 'cell', support: [] });
          return false;
        }
        const owners = [...signs.keys()].filter((i) => signs[i] !== 0);
        const members = owners.map((i) =>
          switchingRow(primitive(rational[i]!).vector.map((x) => x * BigInt(signs[i]!))),
        );
        const combined = (at: readonly number[]): boolean => {
          tree.push({ kind: 'cell', support: at.map((j) => owners[j]!) });
          return limits.exhausted !== undefined;
        };
        const goal = switchingRow(primitive(target).vector);
        const answer = solver.solve(
          members.map(({ numbers }) => numbers),
          members.length,
          goal.numbers,
        );
        // −residual lies in the cone and sees the target negative: verified on Δf itself, with a little rounding
        const guess = toRationals(answer.residual.map((x) => -x));
        if (isViolated(form, offset, guess)) {
          violation = guess;
          return true;
        }
        limits.spend('exactSolves');
        const support = Array.from(answer.support.subarray(0, answer.supportSize));
        const solution = solveIntegers(
          support.map((j) => members[j]!.integers),
          goal.integers,
        );
        if (solution?.numerators.every((x) => x >= 0n)) return combined(support);
        const exact = nonnegativeSolution(
          members.map(({ integers }) => integers),
          goal.integers,
        );
        if (exact.feasible) return combined(exact.support);
        violation = exact.separator.map((x) => ({ n: -x, d: 1n }));
        return true;
      },
    },
    limits,
  );
  if (violation !== undefined) return { answer: 'out', direction: violation };
  if (limits.exhausted !== undefined) return { answer: 'undecided', exhausted: limits.exhausted };
  return outcome.status === 'complete'
    ? { answer: 'in', tree }
    : { answer: 'undecided', exhausted: limits.exhausted! };
}

/** Whether Δf(d) − ⟨a, d⟩ < ⟨offset, d⟩, exactly. */
export function isViolated(
  form: AbsLinearForm,
  offset: readonly Rational[],
  d: readonly Rational[],
): boolean {
  return sign(excess(form, offset, d)) < 0;
}

/** Δf(d) − ⟨g, d⟩. */
export function excess(
  form: AbsLinearForm,
  offset: readonly Rational[],
  d: readonly Rational[],
): Rational {
  const sizes: Rational[] = [];
  let total = zero;
  form.switchingByInput.forEach((row, i) => {
    let z = dot(row, d);
    form.switchingByAbs[i]!.forEach((coupling, j) => {
      if (coupling.n !== 0n) z = add(z, multiply(coupling, sizes[j]!));
    });
    sizes.push(absolute(z));
    if (form.outputByAbs[i]!.n !== 0n)
      total = add(total, multiply(form.outputByAbs[i]!, sizes[i]!));
  });
  return subtract(total, dot(offset, d));
}

function dot(a: readonly Rational[], b: readonly Rational[]): Rational {
  let total = zero;
  a.forEach((entry, t) => {
    if (entry.n !== 0n && b[t]!.n !== 0n) total = add(total, multiply(entry, b[t]!));
  });
  return total;
}

/** The direction given by doubles, as integers: a positive multiple of it. */
export function toRationals(numbers: Float64Array): Rational[] {
  return integersFromNumbers(numbers).map((n) => ({ n, d: 1n }));
}
