import type { FrozenKink } from '@nonsmooth/autodiff';
import type { CornerFunction } from './corner-function.js';
import { dot, norm2 } from '@nonsmooth/core';
import type { ActiveKink } from './active-kink.js';
import type { Corner } from './decision.js';
import { setHeld, setSide, type Pattern } from './pattern.js';
import type { ActiveRow } from './active-row.js';
import { verdictOf, type Verdict } from './verdict.js';
import { reachAt } from './reach.js';
import type { Way } from './way.js';

/** A change of a pattern towards one that agrees with its velocity. */
export type Change = (pattern: Pattern) => void;

/** Tells whether kinks do what the velocity of their pattern makes them do. */
export class Agreement {
  private readonly frozen: CornerFunction;
  private readonly rates: Float64Array;

  constructor(frozen: CornerFunction) {
    this.frozen = frozen;
    this.rates = new Float64Array(frozen.size);
  }

  /** Which active kinks disagree with the velocity of their pattern, and what they would have to do. */
  check(corner: Corner, way: Way): { verdicts: Map<number, Verdict>; wrong: Change[] } {
    const { frozen, rates } = this;
    const { x, active } = corner;
    const { pattern, bounds, noise } = way;
    const reaches = this.reaches(corner, pattern);
    const still = 1e-12 * Math.max(norm2(way.velocity), Number.MIN_VALUE) + noise;
    frozen.velocities(x, pattern.sides, way.velocity, rates);
    const verdicts = new Map<number, Verdict>();
    const wrong: Change[] = [];
    for (const [i, one] of active.entries()) {
      const { index, ties = [] } = one;
      // rates below this are rounding
      const slack = still * reaches[i]!;
      const kink = frozen.kinks[index]!;
      const bends = bounds[index]!;
      if (pattern.held[index]) {
        const verdict = verdictOf(way, frozen.kinks, one);
        verdicts.set(index, verdict);
        const row = way.rows.find(({ kink: which }) => which === index);
        const force = bends * (row?.length ?? 1);
        if (force < -noise) wrong.push((next) => this.flip(next, one));
        else if (verdict.kind === 'side') {
          const { side } = verdict;
          wrong.push((next) => setSide(kink, index, next, side));
        } else if (verdict.ties && verdict.ties.length < ties.length) {
          const { ties: fewer } = verdict;
          const heldNow = ties.filter((entry) => pattern.tied[entry] === 1);
          const pace = rates[fewer[0]!]!;
          const ahead = ties.filter(
            (entry) => pattern.tied[entry] === 0 && rates[entry]! > pace + slack,
          );
          if (fewer.length < heldNow.length || ahead.length > 0)
            wrong.push((next) => setHeld(kink, index, next, [...fewer, ...ahead]));
        }
        continue;
      }
      const { offset, size } = kink;
      if (kink.kind === 'abs') {
        const side = pattern.sides[offset]!;
        const rate = rates[offset]! * side;
        verdicts.set(index, rate > slack ? { kind: 'side', side } : { kind: 'tangential', side });
        if (rate < -slack) {
          wrong.push((next) =>
            bends > 0 ? setHeld(kink, index, next) : setSide(kink, index, next, -side),
          );
        }
      } else if (kink.kind === 'max') {
        const base = ties.find((entry) => pattern.sides[entry] === 1) ?? ties[0]!;
        const ahead = ties.filter((entry) => rates[entry]! - rates[base]! > slack);
        const along = ties.filter((entry) => Math.abs(rates[entry]! - rates[base]!) <= slack);
        verdicts.set(
          index,
          along.length > 1
            ? { kind: 'tangential', side: base, ties: along }
            : { kind: 'side', side: base },
        );
        if (ahead.length > 0) {
          const fastest = ahead.reduce((best, entry) =>
            rates[entry]! > rates[best]! ? entry : best,
          );
          wrong.push((next) =>
            bends > 0
              ? setHeld(kink, index, next, [base, fastest])
              : setSide(kink, index, next, fastest),
          );
        }
      } else {
        const rate = rates.slice(offset, offset + size);
        const length = norm2(rate);
        const direction = pattern.sides.slice(offset, offset + size);
        const towards = dot(rate, direction) / (length * norm2(direction) || 1);
        verdicts.set(
          index,
          length > slack
            ? { kind: 'side', side: direction }
            : { kind: 'tangential', side: direction },
        );
        if (length > slack && towards < 1 - 1e-12) {
          wrong.push((next) => {
            if (bends > 0 && towards < 0) setHeld(kink, index, next);
            else
              setSide(
                kink,
                index,
                next,
                rate.map((r) => r / length),
              );
          });
        }
      }
    }
    return { verdicts, wrong };
  }

  /** How far the arguments of each active kink move at most, by unit velocities; where theirs cancel, as others do. */
  private reaches({ x, active }: Corner, pattern: Pattern): number[] {
    const reaches = active.map(({ index, ties }) => reachAt(this.frozen, x, pattern, index, ties));
    const longest = Math.max(...reaches);
    return reaches.map((reach) => Math.max(reach, 1e-3 * longest));
  }

  /** A kink that bends down is not held: it goes to the side that it is nearer to, by its rate. */
  private flip(next: Pattern, { index, ties = [] }: ActiveKink): void {
    const kink = this.frozen.kinks[index]!;
    const { rates } = this;
    if (kink.kind === 'abs') setSide(kink, index, next, rates[kink.offset]! > 0 ? 1 : -1);
    else if (kink.kind === 'max') {
      setSide(
        kink,
        index,
        next,
        ties.reduce((best, entry) => (rates[entry]! > rates[best]! ? entry : best)),
      );
    } else setSide(kink, index, next, away(kink, [], new Float64Array(0)));
  }
}

/** A direction for a norm that bends down: where the velocity moves its argument, else along its first entry. */
export function away(
  { offset, size }: FrozenKink,
  rows: readonly ActiveRow[],
  velocity: Float64Array,
): Float64Array {
  const rates = new Float64Array(size);
  for (const { entry, gradient } of rows) {
    if (entry >= offset && entry < offset + size) rates[entry - offset] = dot(gradient, velocity);
  }
  const length = norm2(rates);
  if (length > 0) return rates.map((x) => x / length);
  rates[0] = 1;
  return rates;
}
