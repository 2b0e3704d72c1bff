/**
 * The real numbers from `lo` to `hi`. Every operation here encloses all exact results: sums, products, quotients and roots
 * are rounded to nearest by the hardware, and the float next below or above the rounded one (or one farther) is taken. An
 * end that is NaN makes every comparison fail.
 */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

const unit = Number.EPSILON;
const tiny = Number.MIN_VALUE;

/** A float below the exact result that was rounded to x: at least one unit in the last place of x lower. */
export function down(x: number): number {
  return x - (Math.abs(x) * unit + tiny);
}

/** A float above the exact result that was rounded to x. */
export function up(x: number): number {
  return x + (Math.abs(x) * unit + tiny);
}

/** The number 0. */
export const zero: Interval = { lo: 0, hi: 0 };
/** The number 1. */
export const one: Interval = { lo: 1, hi: 1 };

/** The numbers from lo to hi. */
export function interval(lo: number, hi: number): Interval {
  return { lo, hi };
}

/** One number. */
export function point(x: number): Interval {
  return { lo: x, hi: x };
}

/** x ± radius. */
export function ball(x: number, radius: number): Interval {
  return { lo: down(x - radius), hi: up(x + radius) };
}

/** All sums of a number of a and one of b. */
export function add(a: Interval, b: Interval): Interval {
  if (isZero(a)) return b;
  if (isZero(b)) return a;
  return { lo: down(a.lo + b.lo), hi: up(a.hi + b.hi) };
}

/** All differences of a number of a and one of b. */
export function sub(a: Interval, b: Interval): Interval {
  if (isZero(b)) return a;
  return { lo: down(a.lo - b.hi), hi: up(a.hi - b.lo) };
}

/** The numbers with the other sign. */
export function neg({ lo, hi }: Interval): Interval {
  return { lo: -hi, hi: -lo };
}

/** All products of a number of a and one of b. */
export function mul(a: Interval, b: Interval): Interval {
  if (isZero(a) || isZero(b)) return zero;
  if (isOne(a)) return b;
  if (isOne(b)) return a;
  const [p, q, r, s] = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  return { lo: down(Math.min(p, q, r, s)), hi: up(Math.max(p, q, r, s)) };
}

/** a/b; everything where b contains 0. */
export function div(a: Interval, b: Interval): Interval {
  if (!(b.lo > 0 || b.hi < 0)) return { lo: -Infinity, hi: Infinity };
  const [p, q, r, s] = [a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi];
  return { lo: down(Math.min(p, q, r, s)), hi: up(Math.max(p, q, r, s)) };
}

/** x², never negative. */
export function square(x: Interval): Interval {
  const [p, q] = [x.lo * x.lo, x.hi * x.hi];
  const least = x.lo <= 0 && x.hi >= 0 ? 0 : Math.max(0, down(Math.min(p, q)));
  return { lo: least, hi: up(Math.max(p, q)) };
}

/** √x of the part of x that is not negative. */
export function sqrt({ lo, hi }: Interval): Interval {
  return { lo: Math.max(0, down(Math.sqrt(Math.max(0, lo)))), hi: up(Math.sqrt(hi)) };
}

/** Everything between and in a and b. */
export function hull(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** max(a, b). */
export function larger(a: Interval, b: Interval): Interval {
  return { lo: Math.max(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** min(a, b). */
export function smaller(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.min(a.hi, b.hi) };
}

/** The largest absolute value. */
export function magnitude({ lo, hi }: Interval): number {
  return Math.max(Math.abs(lo), Math.abs(hi));
}

/** A float within, and how far the ends are from it at most. */
export function midpoint({ lo, hi }: Interval): { readonly at: number; readonly radius: number } {
  const at = lo === hi ? lo : lo / 2 + hi / 2;
  return { at, radius: lo === hi ? 0 : Math.max(up(hi - at), up(at - lo)) };
}

function isZero({ lo, hi }: Interval): boolean {
  return lo === 0 && hi === 0;
}

function isOne({ lo, hi }: Interval): boolean {
  return lo === 1 && hi === 1;
}
