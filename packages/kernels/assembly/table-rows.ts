// Makes the rows of the tables of elementary functions in memory. The binary has only how far the c of each row is from
// k/density: with the rows, which do not compress, it would be twice as large. Values follow in twice the digits from
// those of the row behind, the last first: this way all of them grow, and errors do not.

import { low, product, quotient, sum } from './double-double';
import {
  NORMAL_ROWS32,
  NORMAL_ROWS64,
  SOFTPLUS_ROWS32,
  SOFTPLUS_ROWS64,
  TANH_ROWS32,
  TANH_ROWS64,
} from './generated/table-places';
import { writeNormalTail } from './normal-tail-rows';
import { nextStep, rewindSteps } from './table-steps';

/** How far c is from `middle`: a multiple of the last place of numbers just above, or of 2^-26. */
function difference<T>(middle: f64): f64 {
  const power = reinterpret<f64>(reinterpret<u64>(middle) & 0x7ff0000000000000);
  const step = max<f64>(1.4901161193847656e-8, power * (sizeof<T>() == 8 ? 2.0 ** -52 : 2.0 ** -23));
  return step * nextStep();
}

/** (a + a′)·e^(−t) for small t */
function fallen(a: f64, aLow: f64, t: f64): f64 {
  const whole = 1 - t;
  const square = t * t * (1 / 2 - t * (1 / 6 - t * (1 / 24 - t / 120)));
  return product(a, aLow, whole, 1 - whole - t + square);
}

/** c, tanh c, 1 − tanh² c and 1 − tanh c of rows ≥ 2; `fall` is e^(−2c) at the last k/density, `growth` e^(2/density). */
function writeSaturation<T>(
  rows: usize,
  last: i32,
  density: f64,
  fall: f64,
  fallLow: f64,
  growth: f64,
  growthLow: f64,
): void {
  for (let k = last; k >= 0; k--) {
    const row = rows + (<usize>k * 4) * sizeof<T>();
    if (k < 2) {
      store<T>(row, 0);
      store<T>(row + sizeof<T>(), 0);
      store<T>(row + 2 * sizeof<T>(), 1);
      store<T>(row + 3 * sizeof<T>(), 1);
      continue;
    }
    const middle = <f64>k / density;
    const d = difference<T>(middle);
    const power = fallen(fall, fallLow, 2 * d);
    const powerLow = low;
    const divisor = sum(1, 0, power, powerLow);
    const rest = quotient(2 * power, 2 * powerLow, divisor, low);
    const restLow = low;
    const other = sum(2, 0, -rest, -restLow);
    store<T>(row, <T>(middle + d));
    store<T>(row + 2 * sizeof<T>(), <T>product(rest, restLow, other, low));
    store<T>(row + sizeof<T>(), <T>sum(1, 0, -rest, -restLow));
    store<T>(row + 3 * sizeof<T>(), <T>rest);
    fall = product(fall, fallLow, growth, growthLow);
    fallLow = low;
  }
}

/** c, log(1 + e^(−c)) and 1/(1 + e^c); `fall` is e^(−c) at the last k/density, `growth` e^(1/density). */
function writeSoftplus<T>(
  rows: usize,
  last: i32,
  density: f64,
  growth: f64,
  growthLow: f64,
): void {
  // e^(−16)
  let fall = 1.1253517471925912e-07;
  let fallLow = -1.94396212385793e-24;
  let before: f64 = 0;
  let beforeLow: f64 = 0;
  let logarithm: f64 = 0;
  let logarithmLow: f64 = 0;
  for (let k = last; k >= 0; k--) {
    const row = rows + (<usize>k * 3) * sizeof<T>();
    const middle = <f64>k / density;
    const d = difference<T>(middle);
    const power = fallen(fall, fallLow, d);
    const powerLow = low;
    // log((1 + u)/(1 + u₀)) = 2 artanh((u − u₀)/(2 + u + u₀))
    const both = sum(power, powerLow, before, beforeLow);
    const divisor = sum(2, 0, both, low);
    const divisorLow = low;
    const risen = sum(power, powerLow, -before, -beforeLow);
    const s = quotient(risen, low, divisor, divisorLow);
    const square = s * s;
    const tail = 2 * s * square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square / 11))));
    const increase = sum(2 * s, 2 * low, tail, 0);
    logarithm = sum(logarithm, logarithmLow, increase, low);
    logarithmLow = low;
    before = power;
    beforeLow = powerLow;
    const whole = sum(1, 0, power, powerLow);
    store<T>(row, <T>(middle + d));
    store<T>(row + sizeof<T>(), <T>logarithm);
    store<T>(row + 2 * sizeof<T>(), <T>quotient(power, powerLow, whole, low));
    fall = product(fall, fallLow, growth, growthLow);
    fallLow = low;
  }
  store<T>(rows + (<usize>last * 3 + 3) * sizeof<T>(), 0);
}

/**
 * c, Φ(−c) and φ(c). At x = last/32: `fall` is φ(x), `tail` Φ(−x) and `growth` φ(x − 1/32)/φ(x), which shrinks by
 * e^(−1/1024) a row.
 */
function writeNormal<T>(
  rows: usize,
  last: i32,
  fall: f64,
  fallLow: f64,
  tail: f64,
  tailLow: f64,
  growth: f64,
  growthLow: f64,
): void {
  let x = <f64>last / 32;
  let density = fall;
  let densityLow = fallLow;
  for (let k = last; k >= 0; k--) {
    const row = rows + (<usize>k * 3) * sizeof<T>();
    const middle = <f64>k / 32;
    const d = difference<T>(middle);
    const c = middle + d;
    // Φ(−x + h) = Φ(−x) + φ(x)·Σ aₙh/(n + 1) with aₙ = Heₙ(x)hⁿ/n!
    const h = x - c;
    let earlier: f64 = 1;
    let term = x * h;
    let series = term / 2;
    for (let n = 1; n < 20; n++) {
      const next = (x * h * term - h * h * earlier) / <f64>(n + 1);
      earlier = term;
      term = next;
      series += term / <f64>(n + 2);
    }
    const width = product(density, densityLow, h, 0);
    const increase = sum(width, low, width * series, 0);
    tail = sum(tail, tailLow, increase, low);
    tailLow = low;
    density = fallen(fall, fallLow, d * (middle + d / 2));
    densityLow = low;
    x = c;
    store<T>(row, <T>c);
    store<T>(row + sizeof<T>(), <T>tail);
    store<T>(row + 2 * sizeof<T>(), <T>density);
    fall = product(fall, fallLow, growth, growthLow);
    fallLow = low;
    growth = product(growth, growthLow, 0.9990239141819757, -7.400282329795416e-18);
    growthLow = low;
  }
  store<T>(rows + (<usize>last * 3 + 3) * sizeof<T>(), 0);
}

/** Writes the rows of all tables, once for each memory. */
export function writeTables(): void {
  rewindSteps();
  writeSaturation<f64>(
    TANH_ROWS64,
    612,
    32,
    2.444759076612131e-17,
    4.561934640957432e-34,
    1.0644944589178593,
    1.0872888143211957e-16,
  );
  writeSaturation<f32>(
    TANH_ROWS32,
    146,
    16,
    1.186112015134383e-8,
    -6.510970083410247e-26,
    1.1331484530668263,
    -5.370737708558031e-18,
  );
  writeSoftplus<f64>(SOFTPLUS_ROWS64, 512, 32, 1.0317434074991028, -8.944417741043132e-17);
  writeSoftplus<f32>(SOFTPLUS_ROWS32, 256, 16, 1.0644944589178593, 1.0872888143211957e-16);
  writeNormal<f64>(
    NORMAL_ROWS64,
    256,
    5.052271083536892e-15,
    3.4437734605203335e-31,
    6.220960574271784e-16,
    2.491586890683703e-32,
    1.2833986041950969,
    -1.0133735468759948e-16,
  );
  writeNormal<f32>(
    NORMAL_ROWS32,
    384,
    2.1463837356630605e-32,
    -1.2561252165981552e-48,
    1.776482112077679e-33,
    -4.0152796184693646e-50,
    1.4542811430117981,
    -8.803914261266538e-17,
  );
  writeNormalTail();
}
