import type { FrozenKink } from '@nonsmooth/autodiff';
import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import type { ActiveRow } from './active-row.js';
import type { Way } from './way.js';

/** What a kink does under a way on. */
export type Verdict =
  | { readonly kind: 'held'; readonly ties?: readonly number[] }
  | { readonly kind: 'side'; readonly side: number | Float64Array }
  | {
      readonly kind: 'tangential';
      readonly ties?: readonly number[];
      /** The tied entries of a maximum that pull; the others only keep up with them. */
      readonly carrying?: readonly number[];
      readonly side: number | Float64Array;
    };

/** A way on with what each active kink does under it. */
export interface Outcome {
  readonly way: Way;
  readonly verdicts: Map<number, Verdict>;
}

/** What each active kink does under a way on. */
export function verdictsOf(
  way: Way,
  kinks: readonly FrozenKink[],
  active: readonly ActiveKink[],
): Map<number, Verdict> {
  const verdicts = new Map<number, Verdict>();
  for (const one of active) verdicts.set(one.index, verdictOf(way, kinks, one));
  return verdicts;
}

/** What a kink that is held in the pattern of a way does under it. */
export function verdictOf(way: Way, kinks: readonly FrozenKink[], { index }: ActiveKink): Verdict {
  const kink = kinks[index]!;
  const at = way.rows.findIndex((row) => row.kink === index);
  if (kink.kind === 'abs') return intervalVerdict(way, at);
  const rows = way.rows.filter((row) => row.kink === index);
  const lambda = way.lambda.subarray(at, at + rows.length);
  return kink.kind === 'norm' ? ballVerdict(way, rows, lambda) : simplexVerdict(way, rows, lambda);
}

function intervalVerdict({ rows, lambda, bounds, velocity, noise }: Way, at: number): Verdict {
  const { gradient, length, kink } = rows[at]!;
  const force = lambda[at]!;
  if ((bounds[kink]! - Math.abs(force)) * length > noise) return { kind: 'held' };
  const rate = dot(gradient, velocity);
  if (Math.abs(rate) > noise * length) return { kind: 'side', side: Math.sign(rate) };
  return { kind: 'tangential', side: force > 0 ? 1 : -1 };
}

function ballVerdict(
  { bounds, velocity, noise }: Way,
  rows: readonly ActiveRow[],
  lambda: Float64Array,
): Verdict {
  const { kink, length } = rows[0]!;
  const force = norm2(lambda);
  // the search finds points of the sphere to about 1e−12
  const slack = noise + 1e-11 * bounds[kink]! * length;
  if ((bounds[kink]! - force) * length > slack) return { kind: 'held' };
  const rates = Float64Array.from(rows, ({ gradient }) => dot(gradient, velocity));
  const rate = norm2(rates);
  if (rate > noise * length + 1e-9 * bounds[kink]! * length * length) {
    return { kind: 'side', side: rates.map((r) => r / rate) };
  }
  return { kind: 'tangential', side: lambda.map((l) => l / (force || 1)) };
}

function simplexVerdict(
  { bounds, velocity, noise }: Way,
  rows: readonly ActiveRow[],
  lambda: Float64Array,
): Verdict {
  const { base, kink } = rows[0]!;
  let rest = bounds[kink]!;
  let longest = 0;
  rows.forEach(({ length }, i) => {
    rest -= lambda[i]!;
    longest = Math.max(longest, length);
  });
  const entries = [base, ...rows.map(({ entry }) => entry)];
  const weights = [rest * longest, ...rows.map(({ length }, i) => lambda[i]! * length)];
  const rates = [0, ...rows.map(({ gradient }) => dot(gradient, velocity))];
  const top = Math.max(...rates);
  const slack = noise * longest;
  const leading = entries.filter((_, i) => rates[i]! >= top - slack);
  const carrying = entries.filter((_, i) => weights[i]! > noise && rates[i]! >= top - slack);
  if (leading.length === 1) return { kind: 'side', side: leading[0]! };
  if (carrying.length === leading.length) return { kind: 'held', ties: leading };
  return { kind: 'tangential', side: carrying[0] ?? leading[0]!, ties: leading, carrying };
}
