// Products with panels: feature i of a panel at panel + i·stride, samples contiguous. Strides count numbers. Every entry
// is summed term by term, as in assembly/products.ts, so that tiles, blocks and packing leave no trace in the bits.
#pragma once

#include "simd.hpp"

namespace {

#define NOINLINE static __attribute__((noinline))

/**
 * Rows and vectors of the answer that stay in registers: of 32 of 64 bytes, or of 16 of 32 bytes. Of the tiles that fit
 * these came nearest to the limit on Zen 4, where loads of broadcast numbers are scarce.
 */
constexpr int tileRows = VECTOR_BYTES == 64 ? 4 : 6;
constexpr int tileVectors = VECTOR_BYTES == 64 ? 4 : 2;
/** Terms summed before the next part of the right operand is taken up. */
constexpr int termBlock = 256;

template <class T> constexpr int roundUp(int count) { return (count + lanes<T> - 1) / lanes<T> * lanes<T>; }

/** Samples in whole pairs of 16-byte vectors, over which the portable kernels sum. */
template <class T> constexpr int summedColumns(int count) {
  constexpr int pair = 32 / sizeof(T);
  return (count + pair - 1) / pair * pair;
}

/** out[r] = start[r] + Σ_k left[r·rowStep + k·step]·right[k], times factor[r] if there is one. */
template <class T> struct Product {
  const T *left;
  ptrdiff_t rowStep;
  ptrdiff_t step;
  /** Readable in whole vectors. */
  const T *right;
  ptrdiff_t rightStride;
  T *out;
  ptrdiff_t outStride;
  /** Null: 0. */
  const T *start;
  /** As `out`, or null. */
  const T *factor;
  int terms;
  int columns;
};

template <class T, int R, int C, bool packed>
NOINLINE void productTile(const Product<T> &p, const T *left, const T *right, T *out, const T *start, const T *factor,
                          int terms, bool goesOn, int lastLanes) {
  const ptrdiff_t rowStep = packed ? 1 : p.rowStep;
  const ptrdiff_t step = packed ? R : p.step;
  const bool whole = lastLanes == lanes<T>;
  Vector<T> sum[R][C];
  if (goesOn) {
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int c = 0; c < C - 1; c++) sum[r][c] = load(out + r * p.outStride + c * lanes<T>);
      const T *last = out + r * p.outStride + (C - 1) * lanes<T>;
      sum[r][C - 1] = whole ? load(last) : loadFirst(last, lastLanes);
    }
  } else {
    UNROLL for (int r = 0; r < R; r++) {
      const Vector<T> first = splat(start ? start[r] : (T)0);
      UNROLL for (int c = 0; c < C; c++) sum[r][c] = first;
    }
  }
  for (int k = 0; k < terms; k++) {
    Vector<T> b[C];
    UNROLL for (int c = 0; c < C; c++) b[c] = load(right + c * lanes<T>);
    UNROLL for (int r = 0; r < R; r++) {
      const Vector<T> a = splat(left[r * rowStep]);
      UNROLL for (int c = 0; c < C; c++) sum[r][c] = multiplyAdd(a, b[c], sum[r][c]);
    }
    left += step;
    right += p.rightStride;
  }
  if (factor) {
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int c = 0; c < C - 1; c++) sum[r][c] = sum[r][c] * load(factor + r * p.outStride + c * lanes<T>);
      const T *last = factor + r * p.outStride + (C - 1) * lanes<T>;
      sum[r][C - 1] = sum[r][C - 1] * (whole ? load(last) : loadFirst(last, lastLanes));
    }
  }
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int c = 0; c < C - 1; c++) store(out + r * p.outStride + c * lanes<T>, sum[r][c]);
    T *last = out + r * p.outStride + (C - 1) * lanes<T>;
    if (whole) store(last, sum[r][C - 1]);
    else storeFirst(last, sum[r][C - 1], lastLanes);
  }
}

/** R rows of a product, for terms `from` … `from + terms − 1`. */
template <class T, int R, bool packed>
INLINE void productRows(const Product<T> &p, int row, const T *left, int from, int terms, bool goesOn) {
  constexpr int wide = R <= 2 ? 4 : tileVectors;
  const T *start = p.start && !goesOn ? p.start + row : nullptr;
  const bool last = from + terms == p.terms;
  const T *right = p.right + from * p.rightStride;
  int column = 0;
#define TILE(C, lastLanes)                                                                                            \
  productTile<T, R, C, packed>(p, left, right + column, p.out + row * p.outStride + column, start,                    \
                               last && p.factor ? p.factor + row * p.outStride + column : nullptr, terms, goesOn,     \
                               lastLanes)
  for (; column + wide * lanes<T> <= p.columns; column += wide * lanes<T>) TILE(wide, lanes<T>);
  if constexpr (wide > 2) {
    if (column + 2 * lanes<T> <= p.columns) {
      TILE(2, lanes<T>);
      column += 2 * lanes<T>;
    }
  }
  const int rest = p.columns - column;
  if (rest > lanes<T>) TILE(2, rest - lanes<T>);
  else if (rest > 0) TILE(1, rest);
#undef TILE
}

/** `rows` rows from `row` on; rows of a transposed left operand are packed into `pack` (tileRows·termBlock
 * numbers). `goesOn`: `out` holds the sums of earlier terms. */
template <class T> void product(const Product<T> &p, int row, int rows, T *pack, bool goesOn = false) {
  const bool packing = p.rowStep == 1 && pack;
  int from = 0;
  do {
    const int terms = p.terms - from < termBlock ? p.terms - from : termBlock;
    int r = row;
    const int end = row + rows;
    for (; r + tileRows <= end; r += tileRows) {
      const T *left = p.left + r * p.rowStep + from * p.step;
      if (packing) {
        for (int k = 0; k < terms; k++) {
          memcpy(pack + k * tileRows, left + k * p.step, tileRows * sizeof(T));
        }
        productRows<T, tileRows, true>(p, r, pack, from, terms, goesOn || from > 0);
      } else {
        productRows<T, tileRows, false>(p, r, left, from, terms, goesOn || from > 0);
      }
    }
#define REST(R)                                                                                                       \
  if (r + R <= end) {                                                                                                 \
    productRows<T, R, false>(p, r, p.left + r * p.rowStep + from * p.step, from, terms, goesOn || from > 0);          \
    r += R;                                                                                                           \
  }
    if constexpr (tileRows > 4) REST(4)
    REST(2)
    REST(1)
#undef REST
    from += terms;
  } while (from < p.terms);
}

/** to[p] = feature after feature of sample p: rows of `toStride` ≥ whole vectors of features. Reads whole vectors. */
template <class T>
void transposePanel(const T *panel, ptrdiff_t stride, int features, int columns, T *to, ptrdiff_t toStride) {
  for (int i = 0; i < features; i += lanes<T>) {
    const int here = features - i < lanes<T> ? features - i : lanes<T>;
    for (int c = 0; c < columns; c += lanes<T>) {
      Vector<T> x[lanes<T>];
      const int used = columns - c < lanes<T> ? columns - c : lanes<T>;
      const T *from = panel + i * stride + c;
      if (here == lanes<T> && used == lanes<T>) {
        UNROLL for (int q = 0; q < lanes<T>; q++) x[q] = load(from + q * stride);
        transpose<T>(x);
        UNROLL for (int q = 0; q < lanes<T>; q++) store(to + (c + q) * toStride + i, x[q]);
      } else {
        for (int q = 0; q < lanes<T>; q++) x[q] = q < here ? loadFirst(from + q * stride, used) : splat((T)0);
        transpose<T>(x);
        for (int q = 0; q < used; q++) store(to + (c + q) * toStride + i, x[q]);
      }
    }
  }
}

} // namespace
