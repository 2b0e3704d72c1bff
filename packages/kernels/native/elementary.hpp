// Elementary functions of vectors: assembly/elementary.ts operation for operation, hence with its bits.
#pragma once

#include "tables.hpp"
#include "simd.hpp"

namespace {

// Where assembly/coefficients.ts keeps things.
enum {
  ONE = 0,
  TWO = 1,
  FOUR = 2,
  HALF = 3,
  MINUS_HALF = 4,
  MINUS_TWO = 5,
  SIXTY_FOUR = 6,
  UP = 8,
  DOWN = 9,
  DENSITY_FACTOR = 11,
  TINY = 12,
  TWELFTH = 14,
  TAIL_END = 15,
  LOG2E = 16,
  SHIFT = 17,
  LN2_HIGH = 18,
  LN2_LOW = 19,
  LOW = 20,
  HIGH = 21,
  SMALLEST = 22,
  LARGEST = 23,
  EXP_EVEN = 24,
};

template <class T> INLINE Vector<T> constant(int index) {
  if constexpr (sizeof(T) == 8) return splat(F64[index]);
  else return splat(F32[index]);
}

template <class T> INLINE Vector<T> zero() { return splat((T)0); }

/** Σ_j c[j]·xʲ over `count` coefficients from `index` on. */
template <class T, int count> INLINE Vector<T> horner(Vector<T> x, int index) {
  Vector<T> y = constant<T>(index + count - 1);
  UNROLL for (int j = count - 2; j >= 0; j--) y = multiplyAdd(y, x, constant<T>(index + j));
  return y;
}

/** Keeps ∞·0 away: beyond `low` and −low, A(x) is 0 or x in every dtype. */
template <class T> INLINE Vector<T> clamp(Vector<T> x, Vector<T> low) { return smaller(larger(x, low), -low); }

template <class T> INLINE Vector<T> masked(Mask<T> mask, Vector<T> x) { return choose(mask, x, zero<T>()); }

template <class T> INLINE Vector<T> shifted(Vector<T> x) {
  return x * constant<T>(LOG2E) + constant<T>(SHIFT);
}

template <class T> INLINE Vector<T> power(Vector<T> n) {
  return (Vector<T>)((Bits<T>)n << (sizeof(T) == 8 ? 52 : 23));
}

/** (e^r − 1 − r)/r². */
template <class T> INLINE Vector<T> expTail(Vector<T> r) {
  const Vector<T> z = r * r;
  if constexpr (sizeof(T) == 8) {
    const Vector<T> p0 = multiplyAdd(r, constant<T>(EXP_EVEN + 5), constant<T>(EXP_EVEN));
    const Vector<T> p1 = multiplyAdd(r, constant<T>(EXP_EVEN + 6), constant<T>(EXP_EVEN + 1));
    const Vector<T> p2 = multiplyAdd(r, constant<T>(EXP_EVEN + 7), constant<T>(EXP_EVEN + 2));
    const Vector<T> p3 = multiplyAdd(r, constant<T>(EXP_EVEN + 8), constant<T>(EXP_EVEN + 3));
    const Vector<T> p4 = multiplyAdd(r, constant<T>(EXP_EVEN + 9), constant<T>(EXP_EVEN + 4));
    const Vector<T> low = multiplyAdd(z, p1, p0);
    const Vector<T> high = multiplyAdd(z, p4, p3);
    const Vector<T> zz = z * z;
    return multiplyAdd(zz, multiplyAdd(z, high, p2), low);
  } else {
    return multiplyAdd(r, horner<T, 2>(z, EXP_EVEN + 3), horner<T, 3>(z, EXP_EVEN));
  }
}

template <class T> INLINE Vector<T> reductionError(Vector<T> high, Vector<T> r, Vector<T> low) {
  return (high - r) - low;
}

template <class T> INLINE Vector<T> compensatedSum(Vector<T> a, Vector<T> b, Vector<T> c) {
  const Vector<T> sum = a + b;
  const Vector<T> error = (a - sum) + b;
  return sum + (error + c);
}

/** e^(x + rest) for x ≤ 0 and a small rest. */
template <class T, bool hasRest> INLINE Vector<T> expOfSum(Vector<T> x, Vector<T> rest) {
  x = larger(x, constant<T>(SMALLEST));
  Vector<T> n = shifted<T>(x);
  const Vector<T> k = n - constant<T>(SHIFT);
  const Vector<T> high = x - k * constant<T>(LN2_HIGH);
  Vector<T> low = k * constant<T>(LN2_LOW);
  if (hasRest) low = low - rest;
  const Vector<T> r = high - low;
  const Vector<T> q = multiplyAdd(r * r, expTail<T>(r), reductionError<T>(high, r, low));
  const Vector<T> y = compensatedSum<T>(constant<T>(ONE), r, q);
  // subnormal results take a second factor 2^−64
  const Mask<T> isLow = lessThan(x, constant<T>(LOW));
  n = n + masked<T>(isLow, constant<T>(SIXTY_FOUR));
  const Vector<T> factor = choose(isLow, constant<T>(DOWN), constant<T>(ONE));
  return (y * power<T>(n)) * factor;
}

template <class T> INLINE Vector<T> expNonpositive(Vector<T> x) { return expOfSum<T, false>(x, x); }

/** e^x − 1, and e^x to `outExp`, for x ≤ 0; e^x below the smallest normal number becomes 0. */
template <class T> INLINE Vector<T> expm1AndExp(Vector<T> x, Vector<T> &outExp) {
  const Vector<T> bounded = larger(x, constant<T>(LOW));
  const Vector<T> n = shifted<T>(bounded);
  const Vector<T> k = n - constant<T>(SHIFT);
  const Vector<T> high = bounded - k * constant<T>(LN2_HIGH);
  const Vector<T> low = k * constant<T>(LN2_LOW);
  const Vector<T> r = high - low;
  const Vector<T> q = multiplyAdd(r * r, expTail<T>(r), reductionError<T>(high, r, low));
  const Vector<T> scale = power<T>(n);
  const Vector<T> whole = scale - constant<T>(ONE);
  const Vector<T> b = scale * r;
  const Vector<T> c = scale * q;
  const Vector<T> e = scale + (b + c);
  outExp = choose(lessThan(x, constant<T>(LOW)), zero<T>(), e);
  return compensatedSum<T>(whole, b, c);
}

/** log(1 + y) for 0 ≤ y ≤ 1. */
template <class T> INLINE Vector<T> log1pOfUnit(Vector<T> y) {
  const Vector<T> s = y / (constant<T>(TWO) + y);
  const Vector<T> z = s * s;
  Vector<T> tail;
  if constexpr (sizeof(T) == 8) tail = horner<T, 10>(z, 34);
  else tail = horner<T, 4>(z, 29);
  const Vector<T> h = constant<T>(HALF) * (y * y);
  const Vector<T> sum = s * multiplyAdd(z, tail, h);
  return y - (h - sum);
}

// u = 2^k·m with √½ ≤ m < √2, from the bits of u times √2 and a little.
template <class T> INLINE Bits<T> scaledBits(Vector<T> u) {
  if constexpr (sizeof(T) == 8) return (Bits<T>)u + splatBits<T>(0x3ff0000000000000 - 0x3fe6a09e00000000);
  else return (Bits<T>)u + splatBits<T>(0x3f800000 - 0x3f3504f3);
}
template <class T> INLINE Vector<T> exponentOf(Bits<T> bits) {
  if constexpr (sizeof(T) == 8) {
    const Bits<T> biased = ((bits >> 52) & splatBits<T>(0xfff)) | splatBits<T>(0x4330000000000000);
    return (Vector<T>)biased - splat(4503599627370496.0 + 1023.0);
  } else {
    const Bits<T> biased = ((bits >> 23) & splatBits<T>(0x1ff)) | splatBits<T>(0x4b000000);
    return (Vector<T>)biased - splat(8388608.0f + 127.0f);
  }
}
template <class T> INLINE Vector<T> fractionOf(Bits<T> bits) {
  if constexpr (sizeof(T) == 8) {
    return (Vector<T>)((bits & splatBits<T>(0x000fffffffffffff)) + splatBits<T>(0x3fe6a09e00000000));
  } else {
    return (Vector<T>)((bits & splatBits<T>(0x007fffff)) + splatBits<T>(0x3f3504f3));
  }
}

template <class T> INLINE Vector<T> logOfParts(Vector<T> f, Vector<T> k, Vector<T> correction) {
  const Vector<T> s = f / (constant<T>(TWO) + f);
  const Vector<T> z = s * s;
  Vector<T> tail;
  if constexpr (sizeof(T) == 8) tail = horner<T, 7>(z, 44);
  else tail = horner<T, 3>(z, 33);
  const Vector<T> h = constant<T>(HALF) * (f * f);
  Vector<T> sum = s * multiplyAdd(z, tail, h);
  sum = sum + multiplyAdd(k, constant<T>(LN2_LOW), correction);
  const Vector<T> y = f - (h - sum);
  return k * constant<T>(LN2_HIGH) + y;
}

template <class T> INLINE Vector<T> withPole(Vector<T> y, Vector<T> x, Vector<T> pole) {
  const Vector<T> infinity = splat((T)__builtin_inf());
  y = choose(equal(x, pole), -infinity, y);
  y = choose(lessThan(x, pole), splat((T)__builtin_nan("")), y);
  y = choose(equal(x, infinity), x, y);
  return choose(equal(x, x), y, x);
}

template <class T> INLINE Vector<T> log(Vector<T> x) {
  const Mask<T> subnormal = lessThan(x, splat((T)(sizeof(T) == 8 ? 2.2250738585072014e-308 : 1.1754943508222875e-38)));
  const Vector<T> u = choose(subnormal, x * constant<T>(UP), x);
  const Bits<T> bits = scaledBits<T>(u);
  const Vector<T> k = exponentOf<T>(bits) - masked<T>(subnormal, constant<T>(SIXTY_FOUR));
  const Vector<T> f = fractionOf<T>(bits) - constant<T>(ONE);
  return withPole<T>(logOfParts<T>(f, k, zero<T>()), x, zero<T>());
}

template <class T> INLINE Vector<T> log1p(Vector<T> x) {
  const Vector<T> one = constant<T>(ONE);
  const Vector<T> u = one + x;
  const Vector<T> part = u - one;
  const Vector<T> error = (one - (u - part)) + (x - part);
  const Bits<T> bits = scaledBits<T>(u);
  const Vector<T> k = exponentOf<T>(bits);
  const Mask<T> near = equal(k, zero<T>());
  const Vector<T> f = choose(near, x, fractionOf<T>(bits) - one);
  const Vector<T> correction = choose(near, zero<T>(), error / u);
  const Vector<T> y = withPole<T>(logOfParts<T>(f, k, correction), x, splat((T)-1));
  return choose(lessThan(size<T>(x), constant<T>(TINY)), x, y);
}

/** e^(−y²/2) for 0 ≤ y < 40. */
template <class T> INLINE Vector<T> gaussian(Vector<T> y) {
  const Bits<T> leading = splatBits<T>((Bit<T>)(sizeof(T) == 8 ? (int64_t)0xfffffffff8000000 : (int64_t)(int32_t)0xfffff000));
  const Vector<T> head = (Vector<T>)((Bits<T>)y & leading);
  const Vector<T> minusHalf = constant<T>(MINUS_HALF);
  const Vector<T> whole = (head * head) * minusHalf;
  const Vector<T> rest = ((y - head) * (y + head)) * minusHalf;
  return expOfSum<T, true>(whole, rest);
}

/** Φ(−y)·e^(y²/2) for 0 ≤ y ≤ 39. */
template <class T> INLINE Vector<T> normalTail(Vector<T> y) {
  if constexpr (sizeof(T) == 8) {
    const Vector<T> v = smaller(constant<T>(TAIL_END), y) + constant<T>(ONE); // never NaN
    const Bits<T> row = (((Bits<T>)v >> 48) - splatBits<T>(0x3ff0)) * splatBits<T>(12);
    const Vector<T> h = y - gather(NORMAL_TAIL_ROWS, row);
    const Vector<T> z = h * h;
    Vector<T> even = gather(NORMAL_TAIL_ROWS + 10, row);
    Vector<T> odd = gather(NORMAL_TAIL_ROWS + 11, row);
    for (int j = 8; j >= 2; j -= 2) {
      even = multiplyAdd(even, z, gather(NORMAL_TAIL_ROWS + j, row));
      odd = multiplyAdd(odd, z, gather(NORMAL_TAIL_ROWS + j + 1, row));
    }
    return multiplyAdd(multiplyAdd(odd, h, even), h, gather(NORMAL_TAIL_ROWS + 1, row));
  } else {
    const Vector<T> q = multiplyAdd(horner<T, 5>(y, 47), y, constant<T>(ONE));
    return horner<T, 5>(y, 42) / q;
  }
}

} // namespace
