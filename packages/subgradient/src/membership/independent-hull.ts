import type { AbsLinearForm } from '../cells/abs-linear.js';
import type { Exhausted, Meter } from '../cells/budget.js';
import { integersFromNumbers } from '../exact/integer-vector.js';
import { add, multiply, negate, print, type Rational } from '../exact/rational.js';
import { originInHull } from './hull.js';
import type { PartCombination } from './proofs.js';

/** Whether −μ lies in the hull of all τ(σ), with a combination for each part or a separating direction as proof. */
export type IndependentHull =
  | { readonly answer: 'in'; readonly parts: readonly PartCombination[] }
  | {
      readonly answer: 'out';
      readonly kinks: readonly number[];
      readonly direction: readonly bigint[];
    }
  | { readonly answer: 'undecided'; readonly exhausted: Exhausted | undefined };

/**
 * Clarke membership for independent rows, where all signatures are attained: g_σ − a = τᵀZ with
 * τ_i = σ_iβ_i, β_i = b_i + Σ_{m>i} L_miτ_m, so that the question is whether −μ is in the convex hull of all τ(σ).
 * Kinks that no coupling connects vary independently: the hull is the product of those of the connected parts.
 */
export function independentHull(
  form: AbsLinearForm,
  mu: readonly Rational[],
  limits: Meter,
): IndependentHull {
  const parts: PartCombination[] = [];
  for (const kinks of connectedParts(form)) {
    const found = partHull(form, kinks, mu, limits);
    if (found.answer !== 'in') return found;
    parts.push(found.part);
  }
  return { answer: 'in', parts };
}

type PartHull =
  | { readonly answer: 'in'; readonly part: PartCombination }
  | Exclude<IndependentHull, { answer: 'in' }>;

function partHull(
  form: AbsLinearForm,
  kinks: readonly number[],
  mu: readonly Rational[],
  limits: Meter,
): PartHull {
  const distinct = new Map<string, { signature: readonly number[]; point: readonly Rational[] }>();
  const signature = kinks.map(() => -1);
  for (;;) {
    if (!limits.spend('cells')) return { answer: 'undecided', exhausted: limits.exhausted };
    const point = multipliersOf(form, kinks, signature).map((t, i) => add(t, mu[kinks[i]!]!));
    const key = point.map(print).join();
    if (!distinct.has(key)) distinct.set(key, { signature: [...signature], point });
    let i = kinks.length - 1;
    while (i >= 0 && signature[i] === 1) signature[i--] = -1;
    if (i < 0) break;
    signature[i] = 1;
  }
  const list = [...distinct.values()];
  const hull = originInHull(
    list.map(({ point }) => point),
    limits,
  );
  switch (hull.answer) {
    case 'in': {
      const terms = hull.support.map((at, j) => ({
        signature: list[at]!.signature,
        weight: print(hull.weights[j]!),
      }));
      return { answer: 'in', part: { kinks, terms } };
    }
    case 'out': {
      const { numbers, integers, isExact } = hull.separator;
      return {
        answer: 'out',
        kinks,
        direction: isExact ? integersFromNumbers(numbers) : integers!,
      };
    }
    default:
      return { answer: 'undecided', exhausted: limits.exhausted };
  }
}

/** τ on a part, from its last kink to its first. */
function multipliersOf(
  form: AbsLinearForm,
  kinks: readonly number[],
  signature: readonly number[],
): Rational[] {
  const tau: Rational[] = kinks.map((i) => form.outputByAbs[i]!);
  for (let i = kinks.length - 1; i >= 0; i--) {
    if (signature[i]! < 0) tau[i] = negate(tau[i]!);
    for (let j = 0; j < i; j++) {
      const coupling = form.switchingByAbs[kinks[i]!]![kinks[j]!]!;
      if (coupling.n !== 0n) tau[j] = add(tau[j]!, multiply(coupling, tau[i]!));
    }
  }
  return tau;
}

/** The kinks in parts that are connected by L ≠ 0, each in increasing order. */
function connectedParts({ switchingByAbs }: AbsLinearForm): number[][] {
  const part = switchingByAbs.map((_, i) => [i]);
  switchingByAbs.forEach((row, i) =>
    row.forEach(({ n }, j) => {
      if (n === 0n || part[i] === part[j]) return;
      const joined = [...part[i]!, ...part[j]!].sort((s, t) => s - t);
      for (const k of joined) part[k] = joined;
    }),
  );
  return [...new Set(part)];
}
