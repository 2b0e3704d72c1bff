import { activate, expOfMinusSize, oneOr } from './activations';
import {
  clamp,
  constant,
  MINUS_TWO,
  ONE,
  size,
  SMALLEST,
  TWO,
} from './elementary';
import { Activation, isPiecewiseLinear } from './generated/names';
import { VECTOR, multiplyAdd } from './simd';
import { tabulated, TO_GELU, TO_SOFTPLUS } from './tabulated';

/** Whether A' is a quadratic polynomial of A, 1 − A² or A − A²: then A'' = −2(A − c)A'. */
export function slopeIsQuadratic(activation: i32): bool {
  return activation == Activation.tanh || activation == Activation.logistic;
}

/** This c. */
export function centerOf(activation: i32): f64 {
  return activation == Activation.logistic ? 0.5 : 0;
}

/** Values A(z) to `value`, slopes A'(z) over z, second derivatives A''(z) to `bend`, for `bytes` bytes. */
export function activateTwice<T>(
  activation: i32,
  parameter: f64,
  kink: f64,
  value: usize,
  z: usize,
  bend: usize,
  bytes: usize,
): void {
  if (activation == Activation.gelu) loopTwice<T>(TO_GELU, value, z, bend, bytes);
  else if (activation == Activation.softplus) loopTwice<T>(TO_SOFTPLUS, value, z, bend, bytes);
  else {
    if (!slopeIsQuadratic(activation)) memory.copy(bend, z, bytes);
    activate<T>(activation, parameter, kink, value, z, bytes);
    curvature<T>(activation, bend, value, z, bytes);
  }
}

// @ts-ignore: decorator
@inline
function loopTwice<T>(kind: i32, value: usize, z: usize, bend: usize, bytes: usize): void {
  for (let c: usize = 0; c < bytes; c += VECTOR) {
    v128.store(bend + c, tabulated<T>(kind, v128.load(z + c), value + c, z + c));
  }
}

/** Second derivatives A''(z) over z (but of gelu and softplus), for `bytes` bytes; `value` and `slope` hold A(z) and A'(z). */
function curvature<T>(
  activation: i32,
  z: usize,
  value: usize,
  slope: usize,
  bytes: usize,
): void {
  if (activation == Activation.tanh) loop<T>(Activation.tanh, z, value, slope, bytes);
  else if (activation == Activation.logistic) loop<T>(Activation.logistic, z, value, slope, bytes);
  else loop<T>(activation, z, value, slope, bytes);
}

// @ts-ignore: decorator
@inline
function loop<T>(activation: i32, z: usize, value: usize, slope: usize, bytes: usize): void {
  for (let c: usize = 0; c < bytes; c += VECTOR) {
    const x = v128.load(z + c);
    const a = v128.load(value + c);
    const s = v128.load(slope + c);
    let y = v128.splat<T>(<T>0);
    if (activation == Activation.tanh) y = v128.mul<T>(v128.mul<T>(constant<T>(MINUS_TWO), a), s);
    else if (activation == Activation.logistic) {
      y = v128.mul<T>(s, v128.sub<T>(v128.sub<T>(constant<T>(ONE), a), a));
    } else if (activation == Activation.elu) y = v128.and(s, v128.lt<T>(x, y));
    else if (activation == Activation.softsign) y = softsign<T>(x, a);
    else if (activation == Activation.swish) y = swish<T>(x);
    else if (activation == Activation.mish) y = mish<T>(x);
    else if (!isPiecewiseLinear(activation)) unreachable();
    v128.store(z + c, y);
  }
}

/** −2 sign x·(1 − |a|)³, 0 at 0. */
// @ts-ignore: decorator
@inline
function softsign<T>(x: v128, a: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const rest = v128.sub<T>(constant<T>(ONE), size<T>(a));
  const y = v128.mul<T>(v128.mul<T>(constant<T>(TWO), rest), v128.mul<T>(rest, rest));
  const signed = v128.bitselect(v128.neg<T>(y), y, v128.gt<T>(x, zero));
  return v128.andnot(signed, v128.eq<T>(x, zero));
}

/** s(1 − s)(2 + x(1 − 2s)) with the logistic function s. */
// @ts-ignore: decorator
@inline
function swish<T>(x: v128): v128 {
  const e = expOfMinusSize<T>(x);
  const d = v128.add<T>(constant<T>(ONE), e);
  const s = v128.div<T>(oneOr<T>(e, x), d);
  const rest = v128.div<T>(oneOr<T>(e, v128.neg<T>(x)), d);
  const far = clamp<T>(x, constant<T>(SMALLEST));
  const sum = multiplyAdd<T>(far, v128.sub<T>(rest, s), constant<T>(TWO));
  return v128.mul<T>(v128.mul<T>(s, rest), sum);
}

/** ω'(2 + x(1 − s − 2ωs)) with ω = tanh(softplus x), ω' = s(1 − ω²), as in the slope of mish. */
// @ts-ignore: decorator
@inline
function mish<T>(x: v128): v128 {
  const one = constant<T>(ONE);
  const e = expOfMinusSize<T>(x);
  const nonnegative = v128.ge<T>(x, v128.splat<T>(<T>0));
  const squared = v128.mul<T>(e, e);
  const twice = v128.add<T>(e, e);
  const n = v128.bitselect(v128.add<T>(one, twice), v128.add<T>(squared, twice), nonnegative);
  const w = v128.bitselect(squared, one, nonnegative);
  const d = v128.add<T>(n, v128.add<T>(w, w));
  const omega = v128.div<T>(n, d);
  const onePlus = v128.add<T>(one, e);
  const s = v128.div<T>(oneOr<T>(e, x), onePlus);
  const rest = v128.div<T>(oneOr<T>(e, v128.neg<T>(x)), onePlus);
  // 1 − ω² = (1 − ω)(1 + ω), 1 − ω = 2w/d
  const gap = v128.div<T>(v128.add<T>(w, w), d);
  const slope = v128.mul<T>(s, v128.mul<T>(gap, v128.add<T>(one, omega)));
  const inner = v128.sub<T>(rest, v128.mul<T>(v128.add<T>(omega, omega), s));
  const far = clamp<T>(x, constant<T>(SMALLEST));
  return v128.mul<T>(slope, multiplyAdd<T>(far, inner, constant<T>(TWO)));
}
