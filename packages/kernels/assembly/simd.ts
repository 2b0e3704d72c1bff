// Vectors of T = f64 (2 lanes) or f32 (4 lanes) with what v128 does not name itself.

/** Bytes of a vector. */
export const VECTOR: usize = 16;

/** Bytes of two vectors: the width of a tile's columns. */
export const PAIR: usize = 32;

/** a·b + c: two roundings, or one of the machine's choosing in the relaxed build. */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  else return v128.add<T>(v128.mul<T>(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/** The number at `index` of a table of f64 or one of f32, in every lane. */
// @ts-ignore: decorator
@inline
export function loadEntry<T>(table64: usize, table32: usize, index: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_splat(table64 + (index << 3));
  else return v128.load32_splat(table32 + (index << 2));
}

/** Whether a mask is set in every lane. */
// @ts-ignore: decorator
@inline
export function all<T>(mask: v128): bool {
  if (sizeof<T>() == 8) return i64x2.bitmask(mask) == 3;
  else return i32x4.bitmask(mask) == 15;
}

/** Sum of the lanes, pairwise. */
// @ts-ignore: decorator
@inline
export function sumLanes<T>(x: v128): T {
  if (sizeof<T>() == 8) {
    return <T>(f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1));
  } else {
    const y = v128.add<T>(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
    return <T>(f32x4.extract_lane(y, 0) + f32x4.extract_lane(y, 1));
  }
}

/** Sum of the lanes in f64. */
// @ts-ignore: decorator
@inline
export function sumLanesWide<T>(x: v128): f64 {
  if (sizeof<T>() == 8) {
    return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
  } else {
    return (
      <f64>f32x4.extract_lane(x, 0) +
      <f64>f32x4.extract_lane(x, 1) +
      (<f64>f32x4.extract_lane(x, 2) + <f64>f32x4.extract_lane(x, 3))
    );
  }
}

/** 16 bytes of ones, then of zeros. */
const SELECTION: usize = memory.data<u64>([~0, ~0, 0, 0], 16);

/** Selects the first `count` bytes of a vector, or all. */
// @ts-ignore: decorator
@inline
export function firstBytes(count: usize): v128 {
  return v128.load(SELECTION + VECTOR - min(count, VECTOR));
}
