import type { AbsLinearForm } from '../cells/abs-linear.js';
import { primitive } from '../exact/integer-vector.js';
import { solveIntegers } from '../exact/linear-system.js';
import {
  absolute,
  compare,
  equal,
  multiply,
  divide,
  negate,
  rational,
  subtract,
  zero,
  type Rational,
} from '../exact/rational.js';

/** Memberships under the linear independence kink qualification; clarke undefined where L ≠ 0 leaves it open. */
export interface ClosedForms extends KinkMultipliers {
  readonly frechet: boolean;
  readonly bouligand: boolean;
  readonly limiting: boolean;
  readonly clarke: boolean | undefined;
}

/**
 * With independent rows Z (square here), μᵀZ = a − g and β = b − μᵀL: Fréchet ⇔ |μ_i| ≤ β_i for all i,
 * Bouligand ⇔ |μ_i| = |β_i| for all i, limiting ⇔ each i satisfies one or the other, Clarke ⇐ |μ_i| ≤ |β_i| for
 * all i, where g = g_σ with σ_i = −μ_i/β_i ∈ [−1, 1], and ⇔ for L = 0; derived from the abs-normal form of Griewank
 * and Walther.
 */
export function closedForms(form: AbsLinearForm, offset: readonly Rational[]): ClosedForms {
  const { mu, beta } = kinkMultipliers(form, offset);
  const size = mu.map(absolute);
  const below = size.map((m, i) => compare(m, beta[i]!) <= 0);
  const attained = size.map((m, i) => equal(m, absolute(beta[i]!)));
  const frechet = below.every(Boolean);
  const bouligand = attained.every(Boolean);
  const limiting = below.every((yes, i) => yes || attained[i]!);
  const uncoupled = form.switchingByAbs.every((row) => row.every(({ n }) => n === 0n));
  const isChoice = size.every((m, i) => compare(m, absolute(beta[i]!)) <= 0);
  const clarke = isChoice || (uncoupled ? false : undefined);
  return { frechet, bouligand, limiting, clarke, mu, beta };
}

/**
 * d with Δf(d) < ⟨g, d⟩ where |μ_i| > β_i for some i: Δf(d) − ⟨g, d⟩ = Σ μ_iΔz_i + β_i|Δz_i|, so it has Δz_i = ±1
 * and no other Δz_j.
 */
export function descentDirection(form: AbsLinearForm, { mu, beta }: KinkMultipliers): bigint[] {
  const at = mu.findIndex((m, i) => compare(absolute(m), beta[i]!) > 0);
  const side: Rational = { n: mu[at]!.n > 0n ? -1n : 1n, d: 1n };
  // Z·d = Δz − L|Δz|
  const target = form.switchingByInput.map((_, i) =>
    i === at ? side : negate(form.switchingByAbs[i]![at] ?? zero),
  );
  const equations = form.switchingByInput.map((row, i) => primitive([...row, target[i]!]).vector);
  const columns = Array.from({ length: form.dimension }, (_, t) => equations.map((row) => row[t]!));
  const { numerators } = solveIntegers(
    columns,
    equations.map((row) => row[form.dimension]!),
  )!;
  return [...numerators];
}

/** The multipliers μ and β of the active kinks. */
export interface KinkMultipliers {
  readonly mu: readonly Rational[];
  readonly beta: readonly Rational[];
}

/** μ with μᵀZ = a − g = −offset, and β = b − μᵀL, for independent rows Z. */
export function kinkMultipliers(form: AbsLinearForm, offset: readonly Rational[]): KinkMultipliers {
  const scaled = form.switchingByInput.map((row) => primitive(row));
  const goal = primitive(offset.map(negate));
  const { numerators, denominator } = solveIntegers(
    scaled.map(({ vector }) => vector),
    goal.vector,
  )!;
  const mu = numerators.map((n, i) =>
    divide(multiply(rational(n, denominator), scaled[i]!.factor), goal.factor),
  );
  const beta = form.outputByAbs.map((b, j) =>
    mu.reduce((sum, m, i) => {
      const coupling = form.switchingByAbs[i]![j];
      return coupling === undefined || coupling.n === 0n
        ? sum
        : subtract(sum, multiply(m, coupling));
    }, b),
  );
  return { mu, beta };
}
