// Vectors of T = double or float as wide as the machine's: 64 bytes (AVX-512) or 32 (AVX2), chosen per translation
// unit. The only file that knows the instruction set. Every operation rounds as its scalar twin does, lane by lane, so
// that the width never shows in a result.
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVX512F__
#define VECTOR_BYTES 64
#else
#define VECTOR_BYTES 32
#endif

#define INLINE static inline __attribute__((always_inline))
#define INLINE_MEMBER inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 64")

namespace {

template <class T> struct VectorOf;
template <> struct VectorOf<double> {
  typedef double Type __attribute__((vector_size(VECTOR_BYTES)));
  typedef double Unaligned __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
  typedef int64_t Bits __attribute__((vector_size(VECTOR_BYTES)));
  typedef int64_t Bit;
#if VECTOR_BYTES == 64
  typedef __mmask8 Mask;
#else
  typedef Bits Mask;
#endif
};
template <> struct VectorOf<float> {
  typedef float Type __attribute__((vector_size(VECTOR_BYTES)));
  typedef float Unaligned __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
  typedef int32_t Bits __attribute__((vector_size(VECTOR_BYTES)));
  typedef int32_t Bit;
#if VECTOR_BYTES == 64
  typedef __mmask16 Mask;
#else
  typedef Bits Mask;
#endif
};
template <class T> using Vector = typename VectorOf<T>::Type;
template <class T> using Bits = typename VectorOf<T>::Bits;
template <class T> using Bit = typename VectorOf<T>::Bit;
template <class T> using Mask = typename VectorOf<T>::Mask;

/** Numbers in a vector. */
template <class T> constexpr int lanes = VECTOR_BYTES / sizeof(T);
/** Partial sums of a sum over samples: the lanes of the portable kernels' 16-byte vectors. */
template <class T> constexpr int partials = 16 / sizeof(T);

template <class T> INLINE Vector<T> load(const T *p) {
  return *(const typename VectorOf<T>::Unaligned *)p;
}
template <class T> INLINE void store(T *p, Vector<T> x) { *(typename VectorOf<T>::Unaligned *)p = x; }

INLINE Vector<double> splat(double x) {
#if VECTOR_BYTES == 64
  return (Vector<double>)_mm512_set1_pd(x);
#else
  return (Vector<double>)_mm256_set1_pd(x);
#endif
}
INLINE Vector<float> splat(float x) {
#if VECTOR_BYTES == 64
  return (Vector<float>)_mm512_set1_ps(x);
#else
  return (Vector<float>)_mm256_set1_ps(x);
#endif
}

/** The first `count` numbers; the other lanes are 0. */
INLINE Vector<double> loadFirst(const double *p, int count);
INLINE Vector<float> loadFirst(const float *p, int count);
INLINE void storeFirst(double *p, Vector<double> x, int count);
INLINE void storeFirst(float *p, Vector<float> x, int count);

#if VECTOR_BYTES == 64
INLINE Vector<double> loadFirst(const double *p, int count) {
  return (Vector<double>)_mm512_maskz_loadu_pd((__mmask8)((1u << count) - 1), p);
}
INLINE Vector<float> loadFirst(const float *p, int count) {
  return (Vector<float>)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
INLINE void storeFirst(double *p, Vector<double> x, int count) {
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << count) - 1), (__m512d)x);
}
INLINE void storeFirst(float *p, Vector<float> x, int count) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)x);
}
#else
alignas(64) static const int64_t firstOfFour[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
alignas(64) static const int32_t firstOfEight[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
INLINE Vector<double> loadFirst(const double *p, int count) {
  return (Vector<double>)_mm256_maskload_pd(p, _mm256_loadu_si256((const __m256i *)(firstOfFour + 4 - count)));
}
INLINE Vector<float> loadFirst(const float *p, int count) {
  return (Vector<float>)_mm256_maskload_ps(p, _mm256_loadu_si256((const __m256i *)(firstOfEight + 8 - count)));
}
INLINE void storeFirst(double *p, Vector<double> x, int count) {
  _mm256_maskstore_pd(p, _mm256_loadu_si256((const __m256i *)(firstOfFour + 4 - count)), (__m256d)x);
}
INLINE void storeFirst(float *p, Vector<float> x, int count) {
  _mm256_maskstore_ps(p, _mm256_loadu_si256((const __m256i *)(firstOfEight + 8 - count)), (__m256)x);
}
#endif

/** a·b + c: two roundings, or one in the fused builds. */
INLINE Vector<double> multiplyAdd(Vector<double> a, Vector<double> b, Vector<double> c) {
#if !defined(FUSED)
  return a * b + c;
#elif VECTOR_BYTES == 64
  return (Vector<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#else
  return (Vector<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#endif
}
INLINE Vector<float> multiplyAdd(Vector<float> a, Vector<float> b, Vector<float> c) {
#if !defined(FUSED)
  return a * b + c;
#elif VECTOR_BYTES == 64
  return (Vector<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#else
  return (Vector<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#endif
}

INLINE Vector<double> squareRoot(Vector<double> x) {
#if VECTOR_BYTES == 64
  return (Vector<double>)_mm512_sqrt_pd((__m512d)x);
#else
  return (Vector<double>)_mm256_sqrt_pd((__m256d)x);
#endif
}
INLINE Vector<float> squareRoot(Vector<float> x) {
#if VECTOR_BYTES == 64
  return (Vector<float>)_mm512_sqrt_ps((__m512)x);
#else
  return (Vector<float>)_mm256_sqrt_ps((__m256)x);
#endif
}

// a < b ? b : a and b < a ? b : a: the first operand where one is NaN. (The instructions keep their second.)
INLINE Vector<double> larger(Vector<double> a, Vector<double> b) {
#if VECTOR_BYTES == 64
  return (Vector<double>)_mm512_max_pd((__m512d)b, (__m512d)a);
#else
  return (Vector<double>)_mm256_max_pd((__m256d)b, (__m256d)a);
#endif
}
INLINE Vector<float> larger(Vector<float> a, Vector<float> b) {
#if VECTOR_BYTES == 64
  return (Vector<float>)_mm512_max_ps((__m512)b, (__m512)a);
#else
  return (Vector<float>)_mm256_max_ps((__m256)b, (__m256)a);
#endif
}
INLINE Vector<double> smaller(Vector<double> a, Vector<double> b) {
#if VECTOR_BYTES == 64
  return (Vector<double>)_mm512_min_pd((__m512d)b, (__m512d)a);
#else
  return (Vector<double>)_mm256_min_pd((__m256d)b, (__m256d)a);
#endif
}
INLINE Vector<float> smaller(Vector<float> a, Vector<float> b) {
#if VECTOR_BYTES == 64
  return (Vector<float>)_mm512_min_ps((__m512)b, (__m512)a);
#else
  return (Vector<float>)_mm256_min_ps((__m256)b, (__m256)a);
#endif
}

// Comparisons, false where one is NaN, and choices by them.
#if VECTOR_BYTES == 64
#define COMPARISON(name, predicate)                                                                                   \
  INLINE __mmask8 name(Vector<double> a, Vector<double> b) {                                                          \
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, predicate);                                                     \
  }                                                                                                                   \
  INLINE __mmask16 name(Vector<float> a, Vector<float> b) {                                                           \
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, predicate);                                                       \
  }
COMPARISON(lessThan, _CMP_LT_OQ)
COMPARISON(atMost, _CMP_LE_OQ)
COMPARISON(equal, _CMP_EQ_OQ)
#undef COMPARISON
INLINE bool all(__mmask8 mask) { return mask == 0xff; }
INLINE bool all(__mmask16 mask) { return mask == 0xffff; }
INLINE Vector<double> choose(__mmask8 mask, Vector<double> yes, Vector<double> no) {
  return (Vector<double>)_mm512_mask_blend_pd(mask, (__m512d)no, (__m512d)yes);
}
INLINE Vector<float> choose(__mmask16 mask, Vector<float> yes, Vector<float> no) {
  return (Vector<float>)_mm512_mask_blend_ps(mask, (__m512)no, (__m512)yes);
}
#else
INLINE Bits<double> lessThan(Vector<double> a, Vector<double> b) { return a < b; }
INLINE Bits<float> lessThan(Vector<float> a, Vector<float> b) { return a < b; }
INLINE Bits<double> atMost(Vector<double> a, Vector<double> b) { return a <= b; }
INLINE Bits<float> atMost(Vector<float> a, Vector<float> b) { return a <= b; }
INLINE Bits<double> equal(Vector<double> a, Vector<double> b) { return a == b; }
INLINE Bits<float> equal(Vector<float> a, Vector<float> b) { return a == b; }
INLINE bool all(Bits<double> mask) { return _mm256_movemask_pd((__m256d)mask) == 15; }
INLINE bool all(Bits<float> mask) { return _mm256_movemask_ps((__m256)mask) == 255; }
INLINE Vector<double> choose(Bits<double> mask, Vector<double> yes, Vector<double> no) {
  return (Vector<double>)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)mask);
}
INLINE Vector<float> choose(Bits<float> mask, Vector<float> yes, Vector<float> no) {
  return (Vector<float>)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
}
#endif

template <class T> INLINE Bits<T> splatBits(Bit<T> x) { return Bits<T>{} + x; }
/** Products of the low 32 bits of 64-bit lanes. */
INLINE Bits<double> multiplyWords(Bits<double> a, Bits<double> b) {
#if VECTOR_BYTES == 64
  return (Bits<double>)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#else
  return (Bits<double>)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#endif
}
/** Integers below 2^52 as doubles. */
INLINE Vector<double> fromWords(Bits<double> words) {
  return (Vector<double>)(words | splatBits<double>(0x4330000000000000)) - splat(4503599627370496.0);
}

template <class T> INLINE Vector<T> signBit() { return splat((T)-0.0); }
template <class T> INLINE Vector<T> bitAnd(Vector<T> a, Vector<T> b) {
  return (Vector<T>)((Bits<T>)a & (Bits<T>)b);
}
template <class T> INLINE Vector<T> bitOr(Vector<T> a, Vector<T> b) {
  return (Vector<T>)((Bits<T>)a | (Bits<T>)b);
}
template <class T> INLINE Vector<T> bitXor(Vector<T> a, Vector<T> b) {
  return (Vector<T>)((Bits<T>)a ^ (Bits<T>)b);
}
/** |x|. */
template <class T> INLINE Vector<T> size(Vector<T> x) {
  return (Vector<T>)((Bits<T>)x & ~(Bits<T>)signBit<T>());
}
/** −|x|. */
template <class T> INLINE Vector<T> minusSize(Vector<T> x) { return bitOr<T>(x, signBit<T>()); }
/** The size x ≥ 0 with the sign of `sign`. */
template <class T> INLINE Vector<T> withSign(Vector<T> x, Vector<T> sign) {
  return bitOr<T>(x, bitAnd<T>(sign, signBit<T>()));
}

// Rows of a table: `index` in every lane counts numbers; the four numbers from there on go to the lanes of a, b, c, d.
// Loading rows and transposing them takes half the time of gathering.
#if VECTOR_BYTES == 64
INLINE void loadRows(const double *table, Bits<double> index, Vector<double> &a, Vector<double> &b, Vector<double> &c,
                     Vector<double> &d) {
  alignas(64) int64_t at[8];
  _mm512_store_si512((void *)at, (__m512i)index);
#define PAIR(i)                                                                                                       \
  _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(table + at[i])), _mm256_loadu_pd(table + at[i + 4]), 1)
  const __m512d r0 = PAIR(0), r1 = PAIR(1), r2 = PAIR(2), r3 = PAIR(3);
#undef PAIR
  const __m512d low0 = _mm512_unpacklo_pd(r0, r1), high0 = _mm512_unpackhi_pd(r0, r1);
  const __m512d low1 = _mm512_unpacklo_pd(r2, r3), high1 = _mm512_unpackhi_pd(r2, r3);
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  a = (Vector<double>)_mm512_permutex2var_pd(low0, first, low1);
  b = (Vector<double>)_mm512_permutex2var_pd(high0, first, high1);
  c = (Vector<double>)_mm512_permutex2var_pd(low0, second, low1);
  d = (Vector<double>)_mm512_permutex2var_pd(high0, second, high1);
}
INLINE void loadRows(const float *table, Bits<float> index, Vector<float> &a, Vector<float> &b, Vector<float> &c,
                     Vector<float> &d) {
  alignas(64) int32_t at[16];
  _mm512_store_si512((void *)at, (__m512i)index);
#define ROW(i) _mm_loadu_ps(table + at[i])
#define HALF(i) _mm256_insertf128_ps(_mm256_castps128_ps256(ROW(i)), ROW(i + 4), 1)
#define FOUR(i) _mm512_insertf32x8(_mm512_castps256_ps512(HALF(i)), HALF(i + 8), 1)
  const __m512 r0 = FOUR(0), r1 = FOUR(1), r2 = FOUR(2), r3 = FOUR(3);
#undef FOUR
#undef HALF
#undef ROW
  const __m512d low0 = _mm512_castps_pd(_mm512_unpacklo_ps(r0, r1)), high0 = _mm512_castps_pd(_mm512_unpackhi_ps(r0, r1));
  const __m512d low1 = _mm512_castps_pd(_mm512_unpacklo_ps(r2, r3)), high1 = _mm512_castps_pd(_mm512_unpackhi_ps(r2, r3));
  a = (Vector<float>)_mm512_unpacklo_pd(low0, low1);
  b = (Vector<float>)_mm512_unpackhi_pd(low0, low1);
  c = (Vector<float>)_mm512_unpacklo_pd(high0, high1);
  d = (Vector<float>)_mm512_unpackhi_pd(high0, high1);
}
INLINE Vector<double> gather(const double *table, Bits<double> index) {
  return (Vector<double>)_mm512_i64gather_pd((__m512i)index, table, 8);
}
#else
INLINE void loadRows(const double *table, Bits<double> index, Vector<double> &a, Vector<double> &b, Vector<double> &c,
                     Vector<double> &d) {
  alignas(32) int64_t at[4];
  _mm256_store_si256((__m256i *)at, (__m256i)index);
  const __m256d r0 = _mm256_loadu_pd(table + at[0]), r1 = _mm256_loadu_pd(table + at[1]);
  const __m256d r2 = _mm256_loadu_pd(table + at[2]), r3 = _mm256_loadu_pd(table + at[3]);
  const __m256d low0 = _mm256_unpacklo_pd(r0, r1), high0 = _mm256_unpackhi_pd(r0, r1);
  const __m256d low1 = _mm256_unpacklo_pd(r2, r3), high1 = _mm256_unpackhi_pd(r2, r3);
  a = (Vector<double>)_mm256_permute2f128_pd(low0, low1, 0x20);
  b = (Vector<double>)_mm256_permute2f128_pd(high0, high1, 0x20);
  c = (Vector<double>)_mm256_permute2f128_pd(low0, low1, 0x31);
  d = (Vector<double>)_mm256_permute2f128_pd(high0, high1, 0x31);
}
INLINE void loadRows(const float *table, Bits<float> index, Vector<float> &a, Vector<float> &b, Vector<float> &c,
                     Vector<float> &d) {
  alignas(32) int32_t at[8];
  _mm256_store_si256((__m256i *)at, (__m256i)index);
#define ROW(i) _mm_loadu_ps(table + at[i])
#define TWO(i) _mm256_insertf128_ps(_mm256_castps128_ps256(ROW(i)), ROW(i + 4), 1)
  const __m256 r0 = TWO(0), r1 = TWO(1), r2 = TWO(2), r3 = TWO(3);
#undef TWO
#undef ROW
  const __m256d low0 = _mm256_castps_pd(_mm256_unpacklo_ps(r0, r1)), high0 = _mm256_castps_pd(_mm256_unpackhi_ps(r0, r1));
  const __m256d low1 = _mm256_castps_pd(_mm256_unpacklo_ps(r2, r3)), high1 = _mm256_castps_pd(_mm256_unpackhi_ps(r2, r3));
  a = (Vector<float>)_mm256_unpacklo_pd(low0, low1);
  b = (Vector<float>)_mm256_unpackhi_pd(low0, low1);
  c = (Vector<float>)_mm256_unpacklo_pd(high0, high1);
  d = (Vector<float>)_mm256_unpackhi_pd(high0, high1);
}
INLINE Vector<double> gather(const double *table, Bits<double> index) {
  return (Vector<double>)_mm256_i64gather_pd(table, (__m256i)index, 8);
}
#endif

/** The lanes of a and b in turn: a₀ b₀ a₁ b₁ …, first half and second half. */
INLINE void interleave(Vector<double> a, Vector<double> b, Vector<double> &low, Vector<double> &high) {
#if VECTOR_BYTES == 64
  low = (Vector<double>)_mm512_permutex2var_pd((__m512d)a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), (__m512d)b);
  high = (Vector<double>)_mm512_permutex2var_pd((__m512d)a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), (__m512d)b);
#else
  const __m256d even = _mm256_unpacklo_pd((__m256d)a, (__m256d)b), odd = _mm256_unpackhi_pd((__m256d)a, (__m256d)b);
  low = (Vector<double>)_mm256_permute2f128_pd(even, odd, 0x20);
  high = (Vector<double>)_mm256_permute2f128_pd(even, odd, 0x31);
#endif
}
INLINE void interleave(Vector<float> a, Vector<float> b, Vector<float> &low, Vector<float> &high) {
#if VECTOR_BYTES == 64
  const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  low = (Vector<float>)_mm512_permutex2var_ps((__m512)a, first, (__m512)b);
  high = (Vector<float>)_mm512_permutex2var_ps((__m512)a, second, (__m512)b);
#else
  const __m256 even = _mm256_unpacklo_ps((__m256)a, (__m256)b), odd = _mm256_unpackhi_ps((__m256)a, (__m256)b);
  low = (Vector<float>)_mm256_permute2f128_ps(even, odd, 0x20);
  high = (Vector<float>)_mm256_permute2f128_ps(even, odd, 0x31);
#endif
}

/** Rows become columns: x[i] lane j ↔ x[j] lane i. */
template <class T> INLINE void transpose(Vector<T> *x) {
  constexpr int n = lanes<T>;
  Vector<T> y[n];
  UNROLL for (int step = 1; step < n; step *= 2) {
    UNROLL for (int i = 0; i < n / 2; i++) interleave(x[i], x[i + n / 2], y[2 * i], y[2 * i + 1]);
    UNROLL for (int i = 0; i < n; i++) x[i] = y[i];
  }
}

/** The partial sums of the portable kernels: a 16-byte vector, and two of them. */
template <class T> struct PartialsOf;
template <> struct PartialsOf<double> {
  typedef __m128d One;
  typedef __m256d Two;
};
template <> struct PartialsOf<float> {
  typedef __m128 One;
  typedef __m256 Two;
};
template <class T> using Partials = typename PartialsOf<T>::One;
template <class T> using TwoPartials = typename PartialsOf<T>::Two;

INLINE __m128d loadPartials(const double *p) { return _mm_loadu_pd(p); }
INLINE __m128 loadPartials(const float *p) { return _mm_loadu_ps(p); }
INLINE __m256d loadTwoPartials(const double *p) { return _mm256_loadu_pd(p); }
INLINE __m256 loadTwoPartials(const float *p) { return _mm256_loadu_ps(p); }
INLINE __m128d multiplyAdd(__m128d a, __m128d b, __m128d c) {
#ifdef FUSED
  return _mm_fmadd_pd(a, b, c);
#else
  return a * b + c;
#endif
}
INLINE __m128 multiplyAdd(__m128 a, __m128 b, __m128 c) {
#ifdef FUSED
  return _mm_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}
INLINE __m128d addHalves(__m256d x) { return _mm256_castpd256_pd128(x) + _mm256_extractf128_pd(x, 1); }
INLINE __m128 addHalves(__m256 x) { return _mm256_castps256_ps128(x) + _mm256_extractf128_ps(x, 1); }
/** Sum of partial sums, pairwise. */
INLINE double sumPartials(__m128d x) { return x[0] + x[1]; }
INLINE float sumPartials(__m128 x) { return (x[0] + x[2]) + (x[1] + x[3]); }
/** The same in double, neighbours first. */
INLINE double sumPartialsWide(__m128d x) { return x[0] + x[1]; }
INLINE double sumPartialsWide(__m128 x) {
  return ((double)x[0] + (double)x[1]) + ((double)x[2] + (double)x[3]);
}
/** x where a ≠ 0 or is NaN, else 0. */
INLINE __m128d whereNonzero(__m128d a, __m128d x) { return _mm_and_pd(_mm_cmpneq_pd(a, _mm_setzero_pd()), x); }
INLINE __m128 whereNonzero(__m128 a, __m128 x) { return _mm_and_ps(_mm_cmpneq_ps(a, _mm_setzero_ps()), x); }

} // namespace
