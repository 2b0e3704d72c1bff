// The rows of R(y) = Φ(−y)e^(y²/2): c, R(c) and the polynomial that interpolates (R(c + h) − R(c))/h at the zeros of a
// Chebyshev polynomial of an interval a little wider than the row. From the Taylor series: what it leaves when it is
// divided by the polynomial with these zeros.

import { low, product, quotient, sum } from './double-double';
import { NORMAL_TAIL_ROWS } from './generated/table-places';
import { nextStep } from './table-steps';

/** Terms of the Taylor series: those beyond do not count. */
const TERMS = 26;
const DEGREE = 10;
/** Below, coefficients are made from the first to the last, which loses few digits there. */
const FORWARD_END: f64 = 2;
/** 1/√(2π) */
const DENSITY: f64 = 0.3989422804014327;
const DENSITY_LOW: f64 = -2.49232720227773e-17;

/** qₙ = (−1)ⁿR⁽ⁿ⁾(c)/n! > 0, in pairs of their parts. */
const coefficients: usize = memory.data(16 * (TERMS + 2));
/** Coefficients of (R(c + h) − R(c))/h, which become those of the remainder. */
const series: usize = memory.data(16 * (TERMS + 1));
/** Coefficients of the monic polynomial that vanishes at the zeros. */
const divisor: usize = memory.data(16 * (DEGREE + 1));

// @ts-ignore: decorator
@inline
function at(list: usize, n: i32): usize {
  return list + (<usize>n << 4);
}

// @ts-ignore: decorator
@inline
function put(list: usize, n: i32, high: f64, rest: f64): void {
  store<f64>(at(list, n), high);
  store<f64>(at(list, n), rest, 8);
}

// @ts-ignore: decorator
@inline
function high(list: usize, n: i32): f64 {
  return load<f64>(at(list, n));
}

// @ts-ignore: decorator
@inline
function rest(list: usize, n: i32): f64 {
  return load<f64>(at(list, n), 8);
}

/** list[to] += factor·list[from] */
function addTo(list: usize, to: i32, factor: f64, factorLow: f64, from: usize): void {
  const p = product(factor, factorLow, load<f64>(from), load<f64>(from, 8));
  put(list, to, sum(high(list, to), rest(list, to), p, low), low);
}

/**
 * From the last to the first, as far behind as the start is forgotten (Miller): qₙ₋₁ = (n + 1)qₙ₊₁ + cqₙ, and
 * q₁ + cq₀ = 1/√(2π).
 */
function writeBackward(c: f64): void {
  let next: f64 = 0;
  let nextLow: f64 = 0;
  let here = 1e-200;
  let hereLow: f64 = 0;
  for (let n = <i32>(40 + 800 / (c * c)); n >= 0; n--) {
    if (n < TERMS + 2) put(coefficients, n, here, hereLow);
    const far = product(next, nextLow, <f64>(n + 1), 0);
    const farLow = low;
    const near = product(here, hereLow, c, 0);
    next = here;
    nextLow = hereLow;
    here = sum(near, low, far, farLow);
    hereLow = low;
  }
  const scale = quotient(DENSITY, DENSITY_LOW, here, hereLow);
  const scaleLow = low;
  for (let n = 0; n < TERMS + 2; n++) {
    const q = product(high(coefficients, n), rest(coefficients, n), scale, scaleLow);
    put(coefficients, n, q, low);
  }
}

/** From the first to the last: R(c) from the coefficients at `before` > c, and the recurrence the other way round. */
function writeForward(c: f64, before: f64): void {
  let value = high(coefficients, TERMS + 1);
  let valueLow: f64 = 0;
  for (let n = TERMS; n >= 0; n--) {
    const p = product(value, valueLow, before - c, 0);
    value = sum(high(coefficients, n), rest(coefficients, n), p, low);
    valueLow = low;
  }
  put(coefficients, 0, value, valueLow);
  const first = product(value, valueLow, -c, 0);
  put(coefficients, 1, sum(DENSITY, DENSITY_LOW, first, low), low);
  for (let n = 1; n <= TERMS; n++) {
    const p = product(high(coefficients, n), rest(coefficients, n), -c, 0);
    const q = sum(high(coefficients, n - 1), rest(coefficients, n - 1), p, low);
    put(coefficients, n + 1, quotient(q, low, <f64>(n + 1), 0), low);
  }
}

/** Even coefficients of the monic Chebyshev polynomial of degree 10 for ±0.501, the highest first. */
const CHEBYSHEV: usize = memory.data<f64>([
  -0.6275025, -3.6912695122737204e-17,
  0.1378157856271875, 7.409804538838216e-18,
  -0.012354250002932032, -2.972641210590154e-20,
  0.00038761613812324285, 2.3868099492817033e-20,
  -1.9458407657014416e-6, -1.0923435520812785e-22,
]);

/** The divisor for zeros about −shift. */
function writeDivisor(width: f64, shift: f64): void {
  put(divisor, DEGREE, 1, 0);
  let scale: f64 = 1;
  for (let i = 0; i < DEGREE; i += 2) {
    scale *= width * width;
    const from = CHEBYSHEV + (<usize>i << 3);
    put(divisor, DEGREE - 1 - i, 0, 0);
    put(divisor, DEGREE - 2 - i, scale * load<f64>(from), scale * load<f64>(from, 8));
  }
  for (let i = 0; i < DEGREE; i++) {
    for (let j = DEGREE - 1; j >= i; j--) addTo(divisor, j, shift, 0, at(divisor, j + 1));
  }
}

/** Writes all rows, the last first. */
export function writeNormalTail(): void {
  let before: f64 = 0;
  for (let k = 84; k >= 0; k--) {
    const octave = <f64>(1 << (k >> 4));
    const width = octave / 16;
    const shift = nextStep() / 4194304;
    const c = octave + <f64>(k & 15) * width - 1 + width / 2 + shift;
    if (c < FORWARD_END) writeForward(c, before);
    else writeBackward(c);
    before = c;
    const row = NORMAL_TAIL_ROWS + <usize>k * 96;
    store<f64>(row, c);
    store<f64>(row, high(coefficients, 0), 8);
    writeDivisor(width, shift);
    for (let n = 0; n <= TERMS; n++) {
      const sign: f64 = n & 1 ? 1 : -1;
      put(series, n, sign * high(coefficients, n + 1), sign * rest(coefficients, n + 1));
    }
    for (let n = TERMS; n >= DEGREE; n--) {
      for (let i = 0; i < DEGREE; i++) {
        addTo(series, n - DEGREE + i, -high(series, n), -rest(series, n), at(divisor, i));
      }
    }
    for (let n = 0; n < DEGREE; n++) store<f64>(row + (<usize>n << 3), high(series, n), 16);
  }
}
