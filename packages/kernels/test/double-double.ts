// Elementary functions with about 30 digits, on pairs high + low of doubles: the reference for the kernels'.
// Dekker (1971): the error of a sum or product of doubles is a double. Results are left in `high` and `low`, so that
// millions of them need no objects.

export let high = 0;
export let low = 0;

function set(h: number, l: number): void {
  high = h + l;
  low = l - (high - h);
}

function add(ah: number, al: number, bh: number, bl: number): void {
  const s = ah + bh;
  const part = s - ah;
  set(s, ah - (s - part) + (bh - part) + (al + bl));
}

const splitter = 134217729;

function multiply(ah: number, al: number, bh: number, bl: number): void {
  const p = ah * bh;
  let t = splitter * ah;
  const a1 = t - (t - ah);
  const a2 = ah - a1;
  t = splitter * bh;
  const b1 = t - (t - bh);
  const b2 = bh - b1;
  set(p, a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2 + (ah * bl + al * bh));
}

function divide(ah: number, al: number, bh: number, bl: number): void {
  const q1 = ah / bh;
  multiply(q1, 0, bh, bl);
  add(ah, al, -high, -low);
  const q2 = high / bh;
  const rh = high;
  const rl = low;
  multiply(q2, 0, bh, bl);
  add(rh, rl, -high, -low);
  const q3 = high / bh;
  set(q1, q2);
  add(high, low, q3, 0);
}

const ln2High = 0.6931471805599453;
const ln2Low = 2.3190468138462996e-17;

/** 1/n! as pairs. */
const inverseFactorials: (readonly [number, number])[] = [[1, 0]];
for (let n = 1; n <= 14; n++) {
  const [h, l] = inverseFactorials[n - 1]!;
  divide(h, l, n, 0);
  inverseFactorials.push([high, low]);
}

/** e^(xh + xl) − 1 for |x| ≤ 0.4: Taylor at x/64, then six times t ← 2t + t². */
function expm1Near(xh: number, xl: number): void {
  const yh = xh / 64;
  const yl = xl / 64;
  let [sh, sl] = inverseFactorials[14]!;
  for (let n = 13; n >= 1; n--) {
    multiply(sh, sl, yh, yl);
    const [h, l] = inverseFactorials[n]!;
    add(high, low, h, l);
    sh = high;
    sl = low;
  }
  multiply(sh, sl, yh, yl);
  for (let n = 0; n < 6; n++) {
    const th = high;
    const tl = low;
    multiply(th, tl, th, tl);
    add(high, low, 2 * th, 2 * tl);
  }
}

/** Of the last `exp`: the result is (high + low)·2^exponent. */
export let exponent = 0;

/** e^(xh + xl) as (high + low)·2^exponent. */
export function exp(xh: number, xl = 0): void {
  exponent = Math.round(xh / ln2High);
  multiply(exponent, 0, ln2High, ln2Low);
  add(xh, xl, -high, -low);
  expm1Near(high, low);
  add(high, low, 1, 0);
}

/** 2^k·x, also when 2^k is not a double. */
export function scale(x: number, k: number): number {
  const half = Math.trunc(k / 2);
  return x * 2 ** half * 2 ** (k - half);
}

/** e^x with |x| < 700 as high + low. */
function expPlain(xh: number, xl: number): void {
  exp(xh, xl);
  high *= 2 ** exponent;
  low *= 2 ** exponent;
}

/** e^x − 1 for |x| < 700. */
export function expm1(xh: number, xl = 0): void {
  if (Math.abs(xh) < 1e-200) {
    set(xh, xl);
    return;
  }
  if (Math.abs(xh) < 0.35) {
    expm1Near(xh, xl);
    return;
  }
  expPlain(xh, xl);
  add(high, low, -1, 0);
}

/** log(1 + xh + xl): one Newton step y ← y + (1 + x)e^(−y) − 1 doubles the digits. */
export function log1p(xh: number, xl = 0): void {
  const y = Math.log1p(xh);
  if (Math.abs(xh) < 1e-9) {
    // x − x²/2 + x³/3
    multiply(xh, xl, xh, xl);
    const cube = (xh * xh * xh) / 3;
    add(xh, xl, -high / 2 + cube, -low / 2);
    return;
  }
  // x·e^(−y) + (e^(−y) − 1), both small if y is
  expm1(-y);
  const mh = high;
  const ml = low;
  add(mh, ml, 1, 0);
  multiply(high, low, xh, xl);
  add(high, low, mh, ml);
  const dh = high;
  const dl = low;
  // y + d − d²/2
  multiply(dh, dl, dh, dl);
  add(dh, dl, -high / 2, -low / 2);
  add(y, 0, high, low);
}

/** log x for any positive double. */
export function log(x: number): void {
  let k = 0;
  while (x < 0.7) {
    x *= 2;
    k--;
  }
  while (x > 1.5) {
    x /= 2;
    k++;
  }
  log1p(x - 1);
  const h = high;
  const l = low;
  multiply(k, 0, ln2High, ln2Low);
  add(high, low, h, l);
}

/** tanh x = m/(m + 2), m = e^(2x) − 1; x ≥ 0. */
export function tanh(x: number): void {
  if (x > 300) return set(1, 0);
  if (x < 1e-200) return set(x, 0);
  expm1(2 * x);
  const h = high;
  const l = low;
  add(h, l, 2, 0);
  divide(h, l, high, low);
}

/** 1 − tanh² x = 4e/(1 + e)², e = e^(−2x); 0 ≤ x < 340. */
export function tanhSlope(x: number): void {
  expPlain(-2 * x, 0);
  logisticSlopeOf(high, low);
  high *= 4;
  low *= 4;
}

/** e/(1 + e)². */
function logisticSlopeOf(eh: number, el: number): void {
  add(1, 0, eh, el);
  multiply(high, low, high, low);
  divide(eh, el, high, low);
}

export function logistic(x: number): void {
  expPlain(-Math.abs(x), 0);
  const h = high;
  const l = low;
  add(h, l, 1, 0);
  if (x >= 0) divide(1, 0, high, low);
  else divide(h, l, high, low);
}

export function logisticSlope(x: number): void {
  expPlain(-Math.abs(x), 0);
  logisticSlopeOf(high, low);
}

export function softplus(x: number): void {
  expPlain(-Math.abs(x), 0);
  log1p(high, low);
  if (x > 0) add(x, 0, high, low);
}

const inverseOdd = Array.from({ length: 400 }, (_, n): readonly [number, number] => {
  divide(1, 0, 2 * n + 1, 0);
  return [high, low];
});

// √½, 1/√(2π)
const root: readonly [number, number] = [0.7071067811865476, -4.833646656726457e-17];
const density: readonly [number, number] = [0.3989422804014327, -2.49232720227773e-17];

/** φ(x) = e^(−x²/2)/√(2π). */
export function normalDensity(x: number): void {
  multiply(x, 0, x, 0);
  expPlain(-high / 2, -low / 2);
  multiply(high, low, density[0], density[1]);
}

/**
 * Φ(x): ½ + φ(x)·Σ x^(2n+1)/(2n+1)!! for x > −4 (all terms of one sign), the continued fraction
 * φ(x)/(y + 1/(y + 2/(y + 3/(y + …)))), y = −x, below. Abramowitz, Stegun 26.2.11 and 26.2.14.
 */
export function normalDistribution(x: number): void {
  normalDensity(x);
  const ph = high;
  const pl = low;
  if (x > -4) {
    const far = Math.min(Math.abs(x), 12);
    multiply(far, 0, far, 0);
    const zh = high;
    const zl = low;
    let th = far;
    let tl = 0;
    let sh = th;
    let sl = 0;
    for (let n = 1; n < 400 && th > 1e-34 * sh; n++) {
      multiply(th, tl, zh, zl);
      const [h, l] = inverseOdd[n]!;
      multiply(high, low, h, l);
      th = high;
      tl = low;
      add(sh, sl, th, tl);
      sh = high;
      sl = low;
    }
    multiply(sh, sl, ph, pl);
    add(0.5, 0, Math.sign(x) * high, Math.sign(x) * low);
    return;
  }
  const y = -x;
  let th = y;
  let tl = 0;
  for (let n = Math.ceil(1400 / (y * y)) + 20; n >= 1; n--) {
    divide(n, 0, th, tl);
    add(y, 0, high, low);
    th = high;
    tl = low;
  }
  divide(ph, pl, th, tl);
}

export function gelu(x: number): void {
  normalDistribution(x);
  multiply(high, low, x, 0);
}

/** Φ(x) + xφ(x). */
export function geluSlope(x: number): void {
  normalDistribution(x);
  const h = high;
  const l = low;
  normalDensity(x);
  multiply(high, low, x, 0);
  add(high, low, h, l);
}

/** erf x = 2Φ(√2·x) − 1 by its own series 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!; 0 ≤ x < 6. */
export function erf(x: number): void {
  multiply(x, 0, x, 0);
  const zh = 2 * high;
  const zl = 2 * low;
  let th = x;
  let tl = 0;
  let sh = x;
  let sl = 0;
  for (let n = 1; n < 400 && th > 1e-34 * sh; n++) {
    multiply(th, tl, zh, zl);
    const [h, l] = inverseOdd[n]!;
    multiply(high, low, h, l);
    th = high;
    tl = low;
    add(sh, sl, th, tl);
    sh = high;
    sl = low;
  }
  expPlain(-zh / 2, -zl / 2);
  multiply(high, low, sh, sl);
  // 2/√π = 4·√½/√(2π)
  multiply(high, low, 4 * density[0], 4 * density[1]);
  multiply(high, low, root[0], root[1]);
}

/** x·logistic x. */
export function swish(x: number): void {
  logistic(x);
  multiply(high, low, x, 0);
}

/** s(1 + x(1 − s)), s = logistic x. */
export function swishSlope(x: number): void {
  logistic(-x);
  multiply(high, low, x, 0);
  add(high, low, 1, 0);
  const h = high;
  const l = low;
  logistic(x);
  multiply(h, l, high, low);
}

/** tanh(softplus x) = n/(n + 2) for n = e^x(e^x + 2), x ≤ 0; (1 + 2e)/(1 + 2e + 2e²) for e = e^(−x), x > 0. */
function tanhOfSoftplus(x: number): void {
  expPlain(-Math.abs(x), 0);
  const eh = high;
  const el = low;
  multiply(eh, el, eh, el);
  const qh = high;
  const ql = low;
  if (x > 0) {
    add(2 * eh, 2 * el, 1, 0);
    const nh = high;
    const nl = low;
    add(nh, nl, 2 * qh, 2 * ql);
    divide(nh, nl, high, low);
  } else {
    add(2 * eh, 2 * el, qh, ql);
    const nh = high;
    const nl = low;
    add(nh, nl, 2, 0);
    divide(nh, nl, high, low);
  }
}

/** x·tanh(softplus x). */
export function mish(x: number): void {
  tanhOfSoftplus(x);
  multiply(high, low, x, 0);
}

/** e^x − 1 for x < 0, x above. */
export function elu(x: number): void {
  if (x < 0) expm1(x);
  else set(x, 0);
}

/** e^x for x < 0, 1 above. */
export function eluSlope(x: number): void {
  if (x < 0) expPlain(x, 0);
  else set(1, 0);
}

/** x/(1 + |x|). */
export function softsign(x: number): void {
  add(1, 0, Math.abs(x), 0);
  divide(x, 0, high, low);
}

/** 1/(1 + |x|)². */
export function softsignSlope(x: number): void {
  add(1, 0, Math.abs(x), 0);
  multiply(high, low, high, low);
  divide(1, 0, high, low);
}
