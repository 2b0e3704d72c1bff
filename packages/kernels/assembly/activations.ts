import {
  clamp,
  constant,
  expm1AndExp,
  expNonpositive,
  FOUR,
  minusSize,
  ONE,
  SIGN_BIT,
  SMALLEST,
  TWO,
} from './elementary';
import { Activation } from './generated/names';
import { saturate, TO_LOGISTIC, TO_SWISH, TO_TANH } from './saturation';
import { PAIR, VECTOR, multiplyAdd, splat } from './simd';
import { tabulated, TO_GELU, TO_SOFTPLUS } from './tabulated';

/** Values A(z) to `out` and slopes A'(z) over z, for `size` bytes. */
export function activate<T>(
  activation: i32,
  parameter: f64,
  kink: f64,
  out: usize,
  z: usize,
  size: usize,
): void {
  switch (activation) {
    case Activation.identity: {
      loop<T>(Activation.identity, parameter, kink, out, z, size);
      break;
    }
    case Activation.relu: {
      loop<T>(Activation.relu, 0, kink, out, z, size);
      break;
    }
    case Activation.leakyRelu: {
      loop<T>(Activation.leakyRelu, parameter, kink, out, z, size);
      break;
    }
    case Activation.tanh: {
      pairs<T>(TO_TANH, out, z, size);
      break;
    }
    case Activation.logistic: {
      pairs<T>(TO_LOGISTIC, out, z, size);
      break;
    }
    case Activation.softplus: {
      loop<T>(Activation.softplus, parameter, kink, out, z, size);
      break;
    }
    case Activation.gelu: {
      loop<T>(Activation.gelu, parameter, kink, out, z, size);
      break;
    }
    case Activation.swish: {
      pairs<T>(TO_SWISH, out, z, size);
      break;
    }
    case Activation.mish: {
      loop<T>(Activation.mish, parameter, kink, out, z, size);
      break;
    }
    case Activation.elu: {
      loop<T>(Activation.elu, parameter, kink, out, z, size);
      break;
    }
    case Activation.hardTanh: {
      loop<T>(Activation.hardTanh, parameter, kink, out, z, size);
      break;
    }
    case Activation.softsign: {
      loop<T>(Activation.softsign, parameter, kink, out, z, size);
      break;
    }
    default:
      unreachable();
  }
}

// @ts-ignore: decorator
@inline
function loop<T>(
  activation: i32,
  parameter: f64,
  kink: f64,
  out: usize,
  z: usize,
  size: usize,
): void {
  const end = z + size;
  for (; z < end; z += VECTOR) {
    const x = v128.load(z);
    if (activation == Activation.identity) identity<T>(x, out, z);
    else if (activation == Activation.relu) relu<T>(x, kink, out, z);
    else if (activation == Activation.leakyRelu) leakyRelu<T>(x, parameter, kink, out, z);
    else if (activation == Activation.softplus) tabulated<T>(TO_SOFTPLUS, x, out, z);
    else if (activation == Activation.gelu) tabulated<T>(TO_GELU, x, out, z);
    else if (activation == Activation.mish) mish<T>(x, out, z);
    else if (activation == Activation.elu) elu<T>(x, parameter, kink, out, z);
    else if (activation == Activation.hardTanh) hardTanh<T>(x, kink, out, z);
    else if (activation == Activation.softsign) softsign<T>(x, out, z);
    else unreachable();
    out += VECTOR;
  }
}

/** Two vectors at a time; an odd last one twice, because its slope replaces it. */
// @ts-ignore: decorator
@inline
function pairs<T>(kind: i32, out: usize, z: usize, size: usize): void {
  const end = z + (size & ~(PAIR - 1));
  for (; z < end; z += PAIR) {
    saturate<T>(kind, v128.load(z), v128.load(z, VECTOR), out, out + VECTOR, z, z + VECTOR);
    out += PAIR;
  }
  if (size & VECTOR) saturate<T>(kind, v128.load(z), v128.load(z), out, out, z, z);
}

// @ts-ignore: decorator
@inline
function identity<T>(x: v128, out: usize, slope: usize): void {
  v128.store(out, x);
  v128.store(slope, v128.bitselect(constant<T>(ONE), x, v128.eq<T>(x, x)));
}

/** x where positive, 0 where negative or zero, NaN where NaN. */
// @ts-ignore: decorator
@inline
function relu<T>(x: v128, kink: f64, out: usize, slope: usize): void {
  const zero = v128.splat<T>(<T>0);
  v128.store(out, v128.pmax<T>(x, zero));
  v128.store(slope, stepAtZero<T>(x, zero, splat<T>(kink)));
}

/** x cut to [−1, 1]; NaN stays. */
// @ts-ignore: decorator
@inline
function hardTanh<T>(x: v128, kink: f64, out: usize, slope: usize): void {
  const zero = v128.splat<T>(<T>0);
  const one = constant<T>(ONE);
  v128.store(out, v128.pmin<T>(v128.pmax<T>(x, v128.neg<T>(one)), one));
  v128.store(slope, stepAtZero<T>(v128.sub<T>(one, v128.abs<T>(x)), zero, splat<T>(kink)));
}

/** 1 for x > 0, atZero for x = 0, below for x < 0, NaN for NaN. */
// @ts-ignore: decorator
@inline
function stepAtZero<T>(x: v128, below: v128, atZero: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const negative = v128.bitselect(below, x, v128.lt<T>(x, zero));
  const rest = v128.bitselect(atZero, negative, v128.eq<T>(x, zero));
  return v128.bitselect(constant<T>(ONE), rest, v128.gt<T>(x, zero));
}

// @ts-ignore: decorator
@inline
function leakyRelu<T>(x: v128, parameter: f64, kink: f64, out: usize, slope: usize): void {
  const zero = v128.splat<T>(<T>0);
  const steepness = splat<T>(parameter);
  v128.store(out, v128.bitselect(x, v128.mul<T>(x, steepness), v128.gt<T>(x, zero)));
  v128.store(slope, stepAtZero<T>(x, steepness, splat<T>(parameter + (1 - parameter) * kink)));
}

// @ts-ignore: decorator
@inline
function elu<T>(x: v128, parameter: f64, kink: f64, out: usize, slope: usize): void {
  const zero = v128.splat<T>(<T>0);
  const alpha = splat<T>(parameter);
  const below = v128.mul<T>(alpha, expm1AndExp<T>(v128.pmin<T>(x, zero), slope));
  const steep = v128.mul<T>(alpha, v128.load(slope));
  v128.store(out, v128.bitselect(x, below, v128.gt<T>(x, zero)));
  v128.store(slope, stepAtZero<T>(x, steep, splat<T>(parameter + (1 - parameter) * kink)));
}

// With e = e^(−|x|): logistic(x) = (1 or e)/(1 + e), the first for x ≥ 0.

// @ts-ignore: decorator
@inline
export function expOfMinusSize<T>(x: v128): v128 {
  return expNonpositive<T>(minusSize<T>(x));
}

/** 1 where x ≥ 0, else e. */
// @ts-ignore: decorator
@inline
export function oneOr<T>(e: v128, x: v128): v128 {
  return v128.bitselect(constant<T>(ONE), e, v128.ge<T>(x, v128.splat<T>(<T>0)));
}

/**
 * x·ω, ω = tanh(softplus x) = n/(n + 2w) with n = 1 + 2e, w = e² for x ≥ 0 and n = e(e + 2), w = 1 for x < 0;
 * the slope is ω + 4xwg(1 + e)/(n + 2w)², g = 1 or e.
 */
// @ts-ignore: decorator
@inline
function mish<T>(x: v128, out: usize, slope: usize): void {
  const one = constant<T>(ONE);
  const two = constant<T>(TWO);
  const e = expOfMinusSize<T>(x);
  const nonnegative = v128.ge<T>(x, v128.splat<T>(<T>0));
  const squared = v128.mul<T>(e, e);
  const twice = v128.add<T>(e, e);
  const n = v128.bitselect(v128.add<T>(one, twice), v128.add<T>(squared, twice), nonnegative);
  const w = v128.bitselect(squared, one, nonnegative);
  const d = multiplyAdd<T>(two, w, n);
  const omega = v128.div<T>(n, d);
  v128.store(out, v128.mul<T>(v128.pmax<T>(x, constant<T>(SMALLEST)), omega));
  const g = v128.mul<T>(v128.bitselect(one, e, nonnegative), v128.add<T>(one, e));
  const four = v128.mul<T>(constant<T>(FOUR), v128.mul<T>(clamp<T>(x, constant<T>(SMALLEST)), w));
  const second = v128.div<T>(v128.mul<T>(four, g), v128.mul<T>(d, d));
  v128.store(slope, v128.add<T>(omega, second));
}

// @ts-ignore: decorator
@inline
function softsign<T>(x: v128, out: usize, slope: usize): void {
  const one = constant<T>(ONE);
  const d = v128.add<T>(one, v128.abs<T>(x));
  // ±1 at ±∞, whose quotient is NaN
  const infinite = v128.eq<T>(d, splat<T>(Infinity));
  const signed = v128.or(one, v128.and(x, constant<T>(SIGN_BIT)));
  v128.store(out, v128.bitselect(signed, v128.div<T>(x, d), infinite));
  v128.store(slope, v128.div<T>(one, v128.mul<T>(d, d)));
}
