// The limit that kernels are measured against: multiplications and additions on registers only.

import { multiplyAdd, splat, sumLanes } from './simd';

/**
 * 13 independent chains x ← x·m + c of vectors, 4 links each per step: as many as there are registers, and unrolled
 * until the loop itself costs nothing.
 */
export function multiplyAdds<T>(steps: i32): T {
  const m = splat<T>(0.999);
  const c = splat<T>(0.001);
  let x0 = splat<T>(1);
  let x1 = splat<T>(2);
  let x2 = splat<T>(3);
  let x3 = splat<T>(4);
  let x4 = splat<T>(5);
  let x5 = splat<T>(6);
  let x6 = splat<T>(7);
  let x7 = splat<T>(8);
  let x8 = splat<T>(9);
  let x9 = splat<T>(10);
  let x10 = splat<T>(11);
  let x11 = splat<T>(12);
  let x12 = splat<T>(13);
  for (let n = 0; n < steps; n++) {
    x0 = multiplyAdd<T>(x0, m, c);
    x1 = multiplyAdd<T>(x1, m, c);
    x2 = multiplyAdd<T>(x2, m, c);
    x3 = multiplyAdd<T>(x3, m, c);
    x4 = multiplyAdd<T>(x4, m, c);
    x5 = multiplyAdd<T>(x5, m, c);
    x6 = multiplyAdd<T>(x6, m, c);
    x7 = multiplyAdd<T>(x7, m, c);
    x8 = multiplyAdd<T>(x8, m, c);
    x9 = multiplyAdd<T>(x9, m, c);
    x10 = multiplyAdd<T>(x10, m, c);
    x11 = multiplyAdd<T>(x11, m, c);
    x12 = multiplyAdd<T>(x12, m, c);
    x0 = multiplyAdd<T>(x0, m, c);
    x1 = multiplyAdd<T>(x1, m, c);
    x2 = multiplyAdd<T>(x2, m, c);
    x3 = multiplyAdd<T>(x3, m, c);
    x4 = multiplyAdd<T>(x4, m, c);
    x5 = multiplyAdd<T>(x5, m, c);
    x6 = multiplyAdd<T>(x6, m, c);
    x7 = multiplyAdd<T>(x7, m, c);
    x8 = multiplyAdd<T>(x8, m, c);
    x9 = multiplyAdd<T>(x9, m, c);
    x10 = multiplyAdd<T>(x10, m, c);
    x11 = multiplyAdd<T>(x11, m, c);
    x12 = multiplyAdd<T>(x12, m, c);
    x0 = multiplyAdd<T>(x0, m, c);
    x1 = multiplyAdd<T>(x1, m, c);
    x2 = multiplyAdd<T>(x2, m, c);
    x3 = multiplyAdd<T>(x3, m, c);
    x4 = multiplyAdd<T>(x4, m, c);
    x5 = multiplyAdd<T>(x5, m, c);
    x6 = multiplyAdd<T>(x6, m, c);
    x7 = multiplyAdd<T>(x7, m, c);
    x8 = multiplyAdd<T>(x8, m, c);
    x9 = multiplyAdd<T>(x9, m, c);
    x10 = multiplyAdd<T>(x10, m, c);
    x11 = multiplyAdd<T>(x11, m, c);
    x12 = multiplyAdd<T>(x12, m, c);
    x0 = multiplyAdd<T>(x0, m, c);
    x1 = multiplyAdd<T>(x1, m, c);
    x2 = multiplyAdd<T>(x2, m, c);
    x3 = multiplyAdd<T>(x3, m, c);
    x4 = multiplyAdd<T>(x4, m, c);
    x5 = multiplyAdd<T>(x5, m, c);
    x6 = multiplyAdd<T>(x6, m, c);
    x7 = multiplyAdd<T>(x7, m, c);
    x8 = multiplyAdd<T>(x8, m, c);
    x9 = multiplyAdd<T>(x9, m, c);
    x10 = multiplyAdd<T>(x10, m, c);
    x11 = multiplyAdd<T>(x11, m, c);
    x12 = multiplyAdd<T>(x12, m, c);
  }
  let sum = x0;
  sum = v128.add<T>(sum, x1);
  sum = v128.add<T>(sum, x2);
  sum = v128.add<T>(sum, x3);
  sum = v128.add<T>(sum, x4);
  sum = v128.add<T>(sum, x5);
  sum = v128.add<T>(sum, x6);
  sum = v128.add<T>(sum, x7);
  sum = v128.add<T>(sum, x8);
  sum = v128.add<T>(sum, x9);
  sum = v128.add<T>(sum, x10);
  sum = v128.add<T>(sum, x11);
  sum = v128.add<T>(sum, x12);
  return sumLanes<T>(sum);
}
