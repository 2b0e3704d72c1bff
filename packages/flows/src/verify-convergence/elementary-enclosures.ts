import {
  add,
  div,
  down,
  interval,
  magnitude,
  mul,
  neg,
  one,
  point,
  square,
  sub,
  up,
  type Interval,
} from './interval.js';

// Enclosures of elementary functions from their series with bounds of the remainders; those of the platform are guesses
// only, because nothing is promised of their last digits.

/** log 2 and π are a little above the floats nearest to them. */
const log2: Interval = interval(0.6931471805599453, up(0.6931471805599453));
const pi: Interval = interval(3.141592653589793, up(3.141592653589793));
const inverseRootOfTwoPi: Interval = (() => {
  const root = mul(point(2), pi);
  return div(one, interval(down(Math.sqrt(root.lo)), up(Math.sqrt(root.hi))));
})();

/** 1/n! for n ≤ 16. */
const reciprocals: readonly Interval[] = (() => {
  const list = [one];
  for (let n = 1; n <= 16; n++) list.push(div(list[n - 1]!, point(n)));
  return list;
})();

/** (e^r − 1)/r for |r| ≤ 0.36; what is left out is less than 0.36¹⁶·e^0.36/17! < 10⁻²¹. */
function reducedQuotient(r: Interval): Interval {
  let sum = reciprocals[16]!;
  for (let n = 15; n >= 1; n--) sum = add(reciprocals[n]!, mul(r, sum));
  return add(sum, interval(-1e-21, 1e-21));
}

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  bits.setBigUint64(0, BigInt(k + 1023) << 52n);
  return bits.getFloat64(0);
}

function expAt(x: number): Interval {
  // e^700 > 10³⁰⁴ and e^−700 < 10^−304
  if (x > 700) return interval(1e304, Infinity);
  if (x < -700) return interval(0, 1e-304);
  const k = Math.round(x / Math.LN2);
  const r = sub(point(x), mul(point(k), log2));
  if (!(magnitude(r) <= 0.36)) return interval(0, Infinity);
  return mul(add(one, mul(r, reducedQuotient(r))), point(powerOfTwo(k)));
}

function expm1At(x: number): Interval {
  if (!(Math.abs(x) <= 0.34)) return sub(expAt(x), one);
  return mul(point(x), reducedQuotient(point(x)));
}

/** An increasing function on an interval, from its enclosures at the ends. */
function increasing(at: (x: number) => Interval): (x: Interval) => Interval {
  return ({ lo, hi }) => {
    const low = at(lo);
    return lo === hi ? low : interval(low.lo, at(hi).hi);
  };
}

/** e^x. */
export const exp: (x: Interval) => Interval = increasing(expAt);

/** e^x − 1, to a relative error near 0, too. */
export const expm1: (x: Interval) => Interval = increasing(expm1At);

function log1pAt(x: number): Interval {
  if (x === 0) return point(0);
  if (x === Infinity) return interval(700, Infinity);
  const guess = Math.log1p(x);
  // log(1 + x) = guess + log(1 + δ), δ = (x − (e^guess − 1))/e^guess, and |log(1 + δ) − δ| ≤ δ² for |δ| ≤ ½
  const delta = div(sub(point(x), expm1At(guess)), expAt(guess));
  if (!(magnitude(delta) <= 0.5)) return interval(-Infinity, Infinity);
  const bend = square(delta);
  return add(point(guess), add(delta, interval(-bend.hi, bend.hi)));
}

/** log(1 + x) for x > −1, to a relative error near 0, too. */
export const log1p: (x: Interval) => Interval = increasing(log1pAt);

function tanhAt(x: number): Interval {
  const size = Math.abs(x);
  // 1 − tanh 20 = 2/(e^40 + 1) < 10⁻¹⁶
  const value =
    size > 20
      ? interval(1 - 1.2e-16, 1)
      : size < 0.17
        ? (() => {
            const m = expm1At(2 * size);
            return interval(
              div(point(m.lo), add(point(m.lo), point(2))).lo,
              div(point(m.hi), add(point(m.hi), point(2))).hi,
            );
          })()
        : sub(one, div(point(2), add(expAt(2 * size), one)));
  const within = interval(Math.max(0, value.lo), Math.min(1, value.hi));
  return x < 0 ? neg(within) : within;
}

/** tanh x. */
export const tanh: (x: Interval) => Interval = increasing(tanhAt);

function logisticAt(x: number): Interval {
  const value = div(one, add(one, expAt(-x)));
  return interval(Math.max(0, value.lo), Math.min(1, value.hi));
}

/** 1/(1 + e^−x). */
export const logistic: (x: Interval) => Interval = increasing(logisticAt);

/** log(1 + e^x). */
export const softplus: (x: Interval) => Interval = increasing((x) =>
  add(point(Math.max(0, x)), log1p(expAt(-Math.abs(x)))),
);

/** The density e^(−x²/2)/√(2π) of the standard normal distribution. */
export function normalDensity(x: Interval): Interval {
  return mul(exp(mul(point(-0.5), square(x))), inverseRootOfTwoPi);
}

function normalDistributionAt(x: number): Interval {
  const size = Math.abs(x);
  // Φ(x) − ½ = φ(x)·Σ x^(2k+1)/(1·3·…·(2k+1)); 1 − Φ(9) < φ(9)/9 < 10⁻¹⁸
  let excess: Interval = interval(0.5 - 1.2e-18, 0.5);
  if (size <= 9) {
    const squared = square(point(size));
    let term = point(size);
    let sum = term;
    for (let k = 1; ; k++) {
      const ratio = div(squared, point(2 * k + 1));
      term = mul(term, ratio);
      sum = add(sum, term);
      // the ratios fall: the rest is less than term·(½ + ¼ + …)
      if (ratio.hi < 0.5 && term.hi <= 1e-20 * (size + sum.lo)) break;
    }
    sum = add(sum, interval(0, term.hi));
    excess = mul(normalDensity(point(size)), sum);
  } else excess = interval(down(excess.lo), 0.5);
  const value = x < 0 ? sub(point(0.5), excess) : add(point(0.5), excess);
  return interval(Math.max(0, value.lo), Math.min(1, value.hi));
}

/** The standard normal distribution function Φ. */
export const normalDistribution: (x: Interval) => Interval = increasing(normalDistributionAt);
