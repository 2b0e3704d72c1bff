import {
  add,
  div,
  hull,
  interval,
  midpoint,
  mul,
  point,
  smaller,
  larger,
  sub,
  zero,
  type Interval,
} from './interval.js';

/** A polynomial on a part of an interval; the constant coefficient first. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly coefficients: readonly Interval[];
}

/** p(x) by Horner's scheme. */
export function polynomialOn(coefficients: readonly Interval[], x: Interval): Interval {
  let sum = zero;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = add(mul(sum, x), coefficients[k]!);
  return sum;
}

/** p·q. */
export function times(p: readonly Interval[], q: readonly Interval[]): Interval[] {
  const out = Array<Interval>(Math.max(0, p.length + q.length - 1)).fill(zero);
  p.forEach((a, i) => q.forEach((b, j) => (out[i + j] = add(out[i + j]!, mul(a, b)))));
  return out;
}

/** The values of a piecewise polynomial on x; at a jump both sides' and what is between. */
export function piecewiseOn(parts: readonly Part[], x: Interval): Interval {
  const met = parts.filter(({ start, end }) => start <= x.hi && end >= x.lo);
  return met
    .map(({ start, end, coefficients }) =>
      polynomialOn(coefficients, interval(Math.max(start, x.lo), Math.min(end, x.hi))),
    )
    .reduce(hull);
}

/** x ↦ ∫_a^x of a piecewise polynomial on [a, b]. */
export class Primitive {
  private readonly parts: readonly Part[];
  /** Integrals up to the start of each part. */
  private readonly before: readonly Interval[];
  readonly total: Interval;

  constructor(parts: readonly Part[]) {
    this.parts = parts;
    let sum = zero;
    this.before = parts.map((part) => {
      const here = sum;
      sum = add(sum, within(part, point(part.end)));
      return here;
    });
    this.total = sum;
  }

  /** On x in [a, b]: at its middle, and by the mean value theorem around. */
  at(x: Interval): Interval {
    const { at } = midpoint(x);
    const k = Math.max(
      0,
      this.parts.findLastIndex(({ start }) => start <= at),
    );
    const middle = add(this.before[k]!, within(this.parts[k]!, point(at)));
    if (x.lo === x.hi) return middle;
    return add(middle, mul(sub(x, point(at)), piecewiseOn(this.parts, x)));
  }

  /** ∫_s^e, 0 where e < s. */
  over(s: Interval, e: Interval): Interval {
    if (e.hi < s.lo) return zero;
    const end = larger(s, e);
    return sub(this.at(end), this.at(smaller(s, end)));
  }
}

/** ∫ from the start of a part to x. */
function within({ start, coefficients }: Part, x: Interval): Interval {
  const primitive = [zero, ...coefficients.map((c, k) => div(c, point(k + 1)))];
  return sub(polynomialOn(primitive, x), polynomialOn(primitive, point(start)));
}
