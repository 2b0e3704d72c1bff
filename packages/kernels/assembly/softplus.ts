// log(1 + e^x) = max(x, 0) + L(y), y = |x|, L(y) = log(1 + e^(−y)); the slope is 1 − s or s, s(y) = 1/(1 + e^y), the
// second derivative s(1 − s). Near c ≥ 0, with h = y − c and d = s(c)(e^(−h) − 1): 1 + e^(−y) = (1 + e^(−c))(1 + d), so
// L(y) = L(c) + log(1 + d), s(y) = (s(c) + d)/(1 + d) and 1 − s(y) = (1 − s(c))/(1 + d).

import { constant, expNonpositive, log1pOfUnit, minusSize, ONE } from './elementary';
import { loadEntry, multiplyAdd } from './simd';
import { SOFTPLUS_CONSTANTS32, SOFTPLUS_CONSTANTS64 } from './softplus-table';

/** From L(c) and s(c) of c near |x| = c + h. */
// @ts-ignore: decorator
@inline
export function softplusNear<T>(
  x: v128,
  h: v128,
  logarithm: v128,
  share: v128,
  out: usize,
  slope: usize,
): v128 {
  const zero = v128.splat<T>(<T>0);
  const one = constant<T>(ONE);
  const d = v128.neg<T>(v128.mul<T>(v128.mul<T>(share, h), fall<T>(h)));
  const change = multiplyAdd<T>(v128.mul<T>(d, d), logarithmRest<T>(d), d);
  v128.store(out, v128.add<T>(v128.pmax<T>(x, zero), v128.add<T>(logarithm, change)));
  const nonnegative = v128.ge<T>(x, zero);
  const numerator = v128.bitselect(v128.sub<T>(one, share), v128.add<T>(share, d), nonnegative);
  const s = v128.div<T>(numerator, v128.add<T>(one, d));
  v128.store(slope, s);
  return v128.mul<T>(s, v128.sub<T>(one, s));
}

/** For |x| beyond the table. */
// @ts-ignore: decorator
@inline
export function softplusBeyond<T>(x: v128, out: usize, slope: usize): v128 {
  const zero = v128.splat<T>(<T>0);
  const one = constant<T>(ONE);
  const e = expNonpositive<T>(minusSize<T>(x));
  v128.store(out, v128.add<T>(v128.pmax<T>(x, zero), log1pOfUnit<T>(e)));
  const s = v128.div<T>(v128.bitselect(one, e, v128.ge<T>(x, zero)), v128.add<T>(one, e));
  v128.store(slope, s);
  return v128.mul<T>(s, v128.sub<T>(one, s));
}

// @ts-ignore: decorator
@inline
function coefficient<T>(index: usize): v128 {
  // behind the shift and the largest argument
  return loadEntry<T>(SOFTPLUS_CONSTANTS64, SOFTPLUS_CONSTANTS32, index + 2);
}

/** (1 − e^(−h))/h. */
// @ts-ignore: decorator
@inline
function fall<T>(h: v128): v128 {
  const p0 = multiplyAdd<T>(coefficient<T>(1), h, coefficient<T>(0));
  const w = v128.mul<T>(h, h);
  if (sizeof<T>() == 4) return multiplyAdd<T>(coefficient<T>(2), w, p0);
  const p1 = multiplyAdd<T>(coefficient<T>(3), h, coefficient<T>(2));
  const p2 = multiplyAdd<T>(coefficient<T>(5), h, coefficient<T>(4));
  return multiplyAdd<T>(multiplyAdd<T>(p2, w, p1), w, p0);
}

/** (log(1 + d) − d)/d². */
// @ts-ignore: decorator
@inline
function logarithmRest<T>(d: v128): v128 {
  if (sizeof<T>() == 4) return multiplyAdd<T>(coefficient<T>(4), d, coefficient<T>(3));
  const w = v128.mul<T>(d, d);
  const q0 = multiplyAdd<T>(coefficient<T>(7), d, coefficient<T>(6));
  const q1 = multiplyAdd<T>(coefficient<T>(9), d, coefficient<T>(8));
  return multiplyAdd<T>(multiplyAdd<T>(coefficient<T>(10), w, q1), w, q0);
}
