import type { ActiveRows } from '../abs-normal/local-form.js';
import { primitive } from '../exact/integer-vector.js';
import { rankModPrime } from '../exact/rank.js';
import { absolute, add, multiply, parse, sign, zero, type Rational } from '../exact/rational.js';
import type { Proof } from '../membership/proofs.js';
import { addMultiple, areConvex, compareSizes, isZero, product, signed } from './sparse-vector.js';
import type { Facts } from './facts.js';

/**
 * Claims that rest on independent rows Z, so that all signatures are attained, and on μᵀZ = a − g:
 * Δf(d) − ⟨g, d⟩ = Σ μ_iΔz_i + β_i|Δz_i| with β = b − μᵀL and any Δz. Rows independent modulo a prime are independent.
 */
export function independentRowsProve(
  { rows, offset }: Facts,
  claim: string,
  proof: Proof & { readonly multipliers: readonly string[] },
): boolean {
  const { switchingByInput: z, switchingByAbs } = rows;
  const mu = proof.multipliers.map(parse);
  const sum = new Map(offset);
  mu.forEach((m, i) => addMultiple(sum, m, z[i]!));
  const columns = [...new Set(z.flatMap((row) => [...row.keys()]))];
  const matrix = z.map((row) => primitive(columns.map((t) => row.get(t) ?? zero)).vector);
  const isIndependent = rankModPrime(matrix).rows.length === z.length;
  if (mu.length !== z.length || !isZero(sum) || !isIndependent) return false;
  switch (proof.kind) {
    case 'independentRows': {
      const beta = weights(rows, (i) => signed(mu[i]!, -1));
      const below = mu.map((m, i) => compareSizes(m, beta[i]!) <= 0);
      const order = mu.map((m, i) => compareSizes(m, absolute(beta[i]!)));
      switch (claim) {
        case 'frechet in':
          return below.every(Boolean);
        case 'frechet out':
          return !below.every(Boolean);
        case 'bouligand in':
          return order.every((o) => o === 0);
        case 'bouligand out':
          return order.some((o) => o !== 0);
        case 'limiting in':
          return order.every((o, i) => o === 0 || below[i]!);
        case 'limiting out':
          return order.some((o, i) => o !== 0 && !below[i]!);
        case 'clarke in': // g = g_σ with σ_i = −μ_i/β_i
          return order.every((o) => o <= 0);
        default: // without couplings the hull of all g_σ is a box in μ
          return claim === 'clarke out' && switchingByAbs.every(isZero) && order.some((o) => o > 0);
      }
    }
    case 'independentCombination': {
      const covered = proof.parts.flatMap(({ kinks }) => kinks);
      const isPartition = covered.length === z.length && new Set(covered).size === z.length;
      const areMeans = proof.parts.every(({ kinks, terms }) => {
        const mean = new Map<number, Rational>();
        for (const { weight, signature } of terms) {
          addMultiple(mean, parse(weight), gapOn(rows, mu, kinks, signature));
        }
        return isClosed(rows, kinks) && areConvex(terms) && isZero(mean);
      });
      return claim === 'clarke in' && isPartition && areMeans;
    }
    case 'independentSeparation': {
      const { kinks, direction } = proof;
      const v = new Map(kinks.map((i, at) => [i, parse(direction[at]!)]));
      const separates = (signature: readonly number[]): boolean =>
        signature.length < kinks.length
          ? separates([...signature, 1]) && separates([...signature, -1])
          : sign(product(gapOn(rows, mu, kinks, signature), v)) > 0;
      return claim === 'clarke out' && isClosed(rows, kinks) && separates([]);
    }
    default:
      return false;
  }
}

/** β_i = b_i + Σ_{m>i} L_miτ_m, from the last kink to the first. */
function weights(
  { switchingByAbs, outputByAbs }: ActiveRows<Rational>,
  tau: (m: number, beta: Rational) => Rational,
): Rational[] {
  const beta = [...outputByAbs];
  for (let m = beta.length - 1; m >= 0; m--) {
    const t = tau(m, beta[m]!);
    for (const [j, coupling] of switchingByAbs[m]!) {
      beta[j] = add(beta[j]!, multiply(coupling, t));
    }
  }
  return beta;
}

/** Whether later kinks whose Δz contains |Δz_i| of one of these are among them: then their β depend on no others. */
function isClosed({ switchingByAbs }: ActiveRows<Rational>, kinks: readonly number[]): boolean {
  return switchingByAbs.every(
    (row, m) => kinks.includes(m) || kinks.every((i) => (row.get(i)?.n ?? 0n) === 0n),
  );
}

/** The entries of τ + μ on these kinks, where τ_i = σ_iβ_i and g_σ − g = (τ + μ)ᵀZ. */
function gapOn(
  rows: ActiveRows<Rational>,
  mu: readonly Rational[],
  kinks: readonly number[],
  signature: readonly number[],
): Map<number, Rational> {
  const signs = new Map(kinks.map((i, at) => [i, signature[at]!]));
  if (signature.length !== kinks.length || signature.some((s) => Math.abs(s) !== 1)) {
    throw new Error('a signature has a sign for each kink');
  }
  const beta = weights(rows, (m, b) => signed(b, signs.get(m) ?? 0));
  return new Map(kinks.map((i) => [i, add(signed(beta[i]!, signs.get(i)!), mu[i]!)]));
}
