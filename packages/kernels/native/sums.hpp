// Sums over the samples of a panel in the order of assembly/weight-gradient.ts: `partials` interleaved partial sums per
// entry, added pairwise.
#pragma once

#include "memory.hpp"
#include "products.hpp"

namespace {

/** Where sums go: the first panel stores, later ones add, the last one applies the loss's factor. */
template <class T> struct Put {
  bool first, last, byProduct;
  T numerator, denominator;

  explicit Put(const Accumulation &to)
      : first(to.first), last(to.last), numerator((T)to.numerator), denominator((T)to.denominator) {
    // division by a power of two is multiplication by its reciprocal, to the bit
    const double size = denominator;
    int64_t bits;
    memcpy(&bits, &size, sizeof bits);
    byProduct = (bits & 0xfffffffffffff) == 0 && size >= 1 && size < 4294967296.0;
    if (byProduct) denominator = (T)1 / denominator;
  }

  INLINE_MEMBER Vector<T> finish(Vector<T> sum) const {
    sum = sum * splat(numerator);
    return byProduct ? sum * splat(denominator) : sum / splat(denominator);
  }
  INLINE_MEMBER void operator()(T *out, T sum) const {
    if (!first) sum = *out + sum;
    if (last) {
      sum = sum * numerator;
      sum = byProduct ? sum * denominator : sum / denominator;
    }
    *out = sum;
  }
};

/** The sums of a tile: out[r,i] = Σ_p left[r,p]·right[p,i], lanes along i. */
template <class T, int R, int C> struct SumsTile {
  alignas(64) T partial[partials<T>][R][C][lanes<T>];

  INLINE_MEMBER void run(int samples, const T *left, ptrdiff_t leftStride, const T *right, ptrdiff_t rightStride) {
    for (int q = 0; q < partials<T>; q++) {
      Vector<T> sum[R][C];
      UNROLL for (int r = 0; r < R; r++) UNROLL for (int c = 0; c < C; c++) sum[r][c] = splat((T)0);
      const T *a = left + q;
      const T *b = right + q * rightStride;
      for (int p = q; p < samples; p += partials<T>) {
        Vector<T> x[C];
        UNROLL for (int c = 0; c < C; c++) x[c] = load(b + c * lanes<T>);
        UNROLL for (int r = 0; r < R; r++) {
          const Vector<T> d = splat(a[r * leftStride]);
          UNROLL for (int c = 0; c < C; c++) sum[r][c] = multiplyAdd(d, x[c], sum[r][c]);
        }
        a += partials<T>;
        b += partials<T> * rightStride;
      }
      UNROLL for (int r = 0; r < R; r++) UNROLL for (int c = 0; c < C; c++) store(partial[q][r][c], sum[r][c]);
    }
  }
  INLINE_MEMBER Vector<T> sum(int r, int c) const {
    if constexpr (partials<T> == 2) return load(partial[0][r][c]) + load(partial[1][r][c]);
    else {
      return (load(partial[0][r][c]) + load(partial[2][r][c])) + (load(partial[1][r][c]) + load(partial[3][r][c]));
    }
  }
};

template <class T, int R, int C>
NOINLINE void sumsTile(T *out, ptrdiff_t outStride, int samples, const T *left, ptrdiff_t leftStride, const T *right,
                       ptrdiff_t rightStride, int lastLanes, const Put<T> &put) {
  // of large layers the answer comes from far while the sums are taken
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int c = 0; c < C; c++) __builtin_prefetch(out + r * outStride + c * lanes<T>, 1);
  }
  SumsTile<T, R, C> tile;
  tile.run(samples, left, leftStride, right, rightStride);
  for (int r = 0; r < R; r++) {
    UNROLL for (int c = 0; c < C; c++) {
      T *to = out + r * outStride + c * lanes<T>;
      const bool whole = c < C - 1 || lastLanes == lanes<T>;
      Vector<T> sum = tile.sum(r, c);
      if (!put.first) sum = (whole ? load(to) : loadFirst(to, lastLanes)) + sum;
      if (put.last) sum = put.finish(sum);
      if (whole) store(to, sum);
      else storeFirst(to, sum, lastLanes);
    }
  }
}

/** The same with out transposed: out[i,r], r < R. */
template <class T, int R>
NOINLINE void sumsTileAcross(T *out, ptrdiff_t outStride, int samples, const T *left, ptrdiff_t leftStride,
                             const T *right, ptrdiff_t rightStride, int used, const Put<T> &put) {
  SumsTile<T, R, 1> tile;
  tile.run(samples, left, leftStride, right, rightStride);
  for (int r = 0; r < R; r++) {
    T sums[lanes<T>];
    store(sums, tile.sum(r, 0));
    for (int i = 0; i < used; i++) put(out + i * outStride + r, sums[i]);
  }
}

template <class T, int R>
INLINE void sumsRows(T *out, ptrdiff_t outStride, int width, int samples, const T *left, ptrdiff_t leftStride,
                     const T *right, ptrdiff_t rightStride, const Put<T> &put) {
  int i = 0;
  for (; i + tileVectors * lanes<T> <= width; i += tileVectors * lanes<T>) {
    sumsTile<T, R, tileVectors>(out + i, outStride, samples, left, leftStride, right + i, rightStride, lanes<T>, put);
  }
  if constexpr (tileVectors > 2) {
    if (i + 2 * lanes<T> <= width) {
      sumsTile<T, R, 2>(out + i, outStride, samples, left, leftStride, right + i, rightStride, lanes<T>, put);
      i += 2 * lanes<T>;
    }
  }
  const int rest = width - i;
  if (rest > lanes<T>) {
    sumsTile<T, R, 2>(out + i, outStride, samples, left, leftStride, right + i, rightStride, rest - lanes<T>, put);
  } else if (rest > 0) {
    sumsTile<T, R, 1>(out + i, outStride, samples, left, leftStride, right + i, rightStride, rest, put);
  }
}

/** out[r,i] = Σ_p delta[r,p]·rowsOf[p,i], out row-major rows × inputs; `rowsOf` is readable in whole vectors. */
template <class T>
void weightSums(T *out, int rows, int inputs, const T *delta, ptrdiff_t stride, int columns, const T *rowsOf,
                       ptrdiff_t rowStride, const Put<T> &put) {
  int r = 0;
#define ROWS(R)                                                                                                       \
  {                                                                                                                   \
    sumsRows<T, R>(out + (ptrdiff_t)r * inputs, inputs, inputs, columns, delta + r * stride, stride, rowsOf,          \
                   rowStride, put);                                                                                   \
    r += R;                                                                                                           \
  }
  while (r + tileRows <= rows) ROWS(tileRows)
  if constexpr (tileRows > 4) {
    if (r + 4 <= rows) ROWS(4)
  }
  if (r + 2 <= rows) ROWS(2)
  if (r < rows) ROWS(1)
#undef ROWS
}

/** The same for few inputs, lanes along r: `deltaRows` is delta transposed, `panel` the panel of the inputs. */
template <class T>
void weightSumsAcross(T *out, int rows, int inputs, const T *deltaRows, ptrdiff_t rowStride, int columns,
                             const T *panel, ptrdiff_t stride, const Put<T> &put) {
  for (int r = 0; r < rows; r += lanes<T>) {
    const int used = rows - r < lanes<T> ? rows - r : lanes<T>;
    int i = 0;
#define INPUTS(R)                                                                                                     \
  {                                                                                                                   \
    sumsTileAcross<T, R>(out + (ptrdiff_t)r * inputs + i, inputs, columns, panel + i * stride, stride, deltaRows + r, \
                         rowStride, used, put);                                                                       \
    i += R;                                                                                                           \
  }
    while (i + 4 <= inputs) INPUTS(4)
    if (i + 2 <= inputs) INPUTS(2)
    if (i < inputs) INPUTS(1)
#undef INPUTS
  }
}

/** Whether lanes along the rows waste less. */
template <class T> INLINE bool sumAcross(int rows, int inputs) {
  return (rows + lanes<T> - 1) / lanes<T> * inputs < (inputs + lanes<T> - 1) / lanes<T> * rows;
}

/** out[r] = Σ_p delta[r,p], in 2·partials partial sums. */
template <class T>
NOINLINE void biasSums(T *out, int rows, const T *delta, ptrdiff_t stride, int columns, const Put<T> &put) {
  constexpr int step = 2 * partials<T>;
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    TwoPartials<T> s0 = {}, s1 = {}, s2 = {}, s3 = {};
    const T *d = delta + r * stride;
    for (int c = 0; c < columns; c += step) {
      s0 += loadTwoPartials(d + c);
      s1 += loadTwoPartials(d + stride + c);
      s2 += loadTwoPartials(d + 2 * stride + c);
      s3 += loadTwoPartials(d + 3 * stride + c);
    }
    put(out + r, sumPartials(addHalves(s0)));
    put(out + r + 1, sumPartials(addHalves(s1)));
    put(out + r + 2, sumPartials(addHalves(s2)));
    put(out + r + 3, sumPartials(addHalves(s3)));
  }
  for (; r < rows; r++) {
    TwoPartials<T> s = {};
    for (int c = 0; c < columns; c += step) s += loadTwoPartials(delta + r * stride + c);
    put(out + r, sumPartials(addHalves(s)));
  }
}

} // namespace
