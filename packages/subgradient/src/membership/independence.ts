import { flatRows, type LocalForm } from '../abs-normal/local-form.js';
import { primitive } from '../exact/integer-vector.js';
import { rankModPrime } from '../exact/rank.js';
import { add, divide, multiply, negate, zero, type Rational } from '../exact/rational.js';
import { withoutUnitFactors } from '../procedure/unit-factors.js';
import { canonicalForms } from '../procedure/canonical-form.js';
import { provedIndependent } from './independent-rows.js';

/**
 * Whether the first-order sets are those of f itself: every pattern of signs that the active switching functions
 * take arbitrarily near the point is taken by their linearization.
 */
export interface Independence {
  readonly holds: boolean;
  /** Kinks whose switching functions are independent functions; all others are expressed by them. */
  readonly independent: readonly number[];
  /** Kinks that are left over: their rows depend on others although their functions may not. */
  readonly dependent: readonly number[];
}

type Terms = Map<string, Rational>;

/**
 * Decided on canonical forms. Kinks with z_i = q_i + Σ c_ij|z_j|, constants c_ij and the
 * same for the z_j, are abs-linear in any basis u of the span of the q_i; of the others, equal functions up to a
 * factor are merged, also up to factors that are not 0 near the point. If the gradients of u and of the smooth parts of the others are independent at the point,
 * nearby patterns are those of the linearization: u and the other smooth parts are free coordinates. Kinks with
 * gradient 0 under every signature take no part: nothing depends on their sign. Piecewise affine switching
 * functions and the linear independence kink qualification are special cases.
 */
export function independence(local: LocalForm): Independence {
  const { procedure, positions } = local;
  const { tape, active } = procedure;
  const forms = canonicalForms(
    tape,
    active.map(({ scalar }) => scalar),
  );
  const form = positions.map((position) => forms.of(active[position]!.scalar));
  const names = form.map((f) => forms.name(f).name);
  // equal zeros and signs up to that of a factor: multiples by units are one function here
  const stripped = positions.map((position) => {
    const { scalar } = withoutUnitFactors(tape, active[position]!.scalar);
    return forms.name(forms.of(scalar)).name;
  });
  const isFlat = flatKinks(local);
  const abslinear = new Set<string>();
  const smoothParts: { kink: number; terms: Terms }[] = [];
  const others: number[] = [];
  const seen = new Set<string>();
  names.forEach((name, i) => {
    if (isFlat[i] || seen.has(name) || seen.has(stripped[i]!)) return;
    seen.add(name).add(stripped[i]!);
    const smooth: Terms = new Map();
    let simple = true;
    for (const [monomial, coefficient] of form[i]!.terms) {
      const inner = forms.absoluteOf(monomial);
      if (inner !== undefined) simple &&= abslinear.has(inner);
      else if (forms.hasAbsolute(monomial)) simple = false;
      else smooth.set(monomial, coefficient);
    }
    if (simple) {
      abslinear.add(name);
      smoothParts.push({ kink: i, terms: smooth });
    } else {
      others.push(i);
    }
  });
  const free = [...basis(smoothParts), ...others].sort((i, j) => i - j);
  const kept = independentRows(local, free);
  return {
    holds: kept.length === free.length,
    independent: kept,
    dependent: free.filter((i) => !kept.includes(i)),
  };
}

/** Which kinks have ∇z_i^σ = 0 for every σ, beyond doubt. */
export function flatKinks(local: LocalForm): boolean[] {
  const { bounded } = local;
  return flatRows(
    local.exact() ?? {
      switchingByInput: bounded.switchingByInput.map(bare),
      switchingByAbs: bounded.switchingByAbs.map(bare),
    },
  );
}

function bare(
  row: ReadonlyMap<number, { value: number; radius: number }>,
): Map<number, { n: bigint }> {
  return new Map(
    [...row].map(([t, { value, radius }]) => [t, { n: value === 0 && radius === 0 ? 0n : 1n }]),
  );
}

/** Those whose smooth parts are independent as functions: elimination on monomials. */
function basis(parts: readonly { kink: number; terms: Terms }[]): number[] {
  const pivots: { monomial: string; terms: Terms }[] = [];
  const kept: number[] = [];
  for (const { kink, terms } of parts) {
    const rest = new Map(terms);
    for (const pivot of pivots) {
      const lead = rest.get(pivot.monomial);
      if (lead === undefined) continue;
      const factor = negate(divide(lead, pivot.terms.get(pivot.monomial)!));
      for (const [monomial, value] of pivot.terms) {
        const total = add(rest.get(monomial) ?? zero, multiply(factor, value));
        if (total.n === 0n) rest.delete(monomial);
        else rest.set(monomial, total);
      }
    }
    const [lead] = rest.keys();
    if (lead === undefined) continue;
    pivots.push({ monomial: lead, terms: rest });
    kept.push(kink);
  }
  return kept;
}

/** Those of the kinks whose gradient rows Z_i are proved independent of the earlier ones. */
function independentRows(local: LocalForm, kinks: readonly number[]): number[] {
  const exact = local.exact();
  if (exact !== undefined) {
    const rows = kinks.map((i) => exact.switchingByInput[i]!);
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))].sort((a, b) => a - b);
    const integers = rows.map((row) => primitive(columns.map((t) => row.get(t) ?? zero)).vector);
    return rankModPrime(integers).rows.map((at) => kinks[at]!);
  }
  return provedIndependent(kinks.map((i) => local.bounded.switchingByInput[i]!)).map(
    (at) => kinks[at]!,
  );
}
