// Rows of samples into the columns of a panel and back: assembly/gather.ts.
#pragma once

#include "products.hpp"

namespace {

/** Where the samples of a panel come from. */
template <class T> struct Rows {
  const T *rows;
  int width;
  /** Null: samples first … first + count − 1. */
  const uint32_t *indices;
  int first;
  int count;

  INLINE_MEMBER const T *row(int p) const {
    const int q = p < count ? p : count - 1;
    return rows + (size_t)(indices ? indices[q] : (uint32_t)(first + q)) * (size_t)width;
  }
};

/** panel[i,p] = row(p)[i]; the rest of `columns` (whole vectors) repeats the last sample. */
template <class T> void gather(T *panel, ptrdiff_t stride, int columns, const Rows<T> &from) {
  if (from.width == 1 && !from.indices) {
    memcpy(panel, from.row(0), (size_t)from.count * sizeof(T));
    for (int p = from.count; p < columns; p++) panel[p] = panel[from.count - 1];
    return;
  }
  int i = 0;
  for (; i + lanes<T> <= from.width; i += lanes<T>) {
    for (int p = 0; p < columns; p += lanes<T>) {
      Vector<T> x[lanes<T>];
      UNROLL for (int q = 0; q < lanes<T>; q++) x[q] = load(from.row(p + q) + i);
      transpose<T>(x);
      UNROLL for (int q = 0; q < lanes<T>; q++) store(panel + (i + q) * stride + p, x[q]);
    }
  }
  const int rest = from.width - i;
  if (rest >= 4) {
    for (int p = 0; p < columns; p += lanes<T>) {
      Vector<T> x[lanes<T>];
      UNROLL for (int q = 0; q < lanes<T>; q++) x[q] = loadFirst(from.row(p + q) + i, rest);
      transpose<T>(x);
      for (int q = 0; q < rest; q++) store(panel + (i + q) * stride + p, x[q]);
    }
  } else if (rest > 0) {
    for (int p = 0; p < columns; p++) {
      const T *row = from.row(p) + i;
      for (int q = 0; q < rest; q++) panel[(i + q) * stride + p] = row[q];
    }
  }
}

/** The first `count` columns of a panel back into rows. */
template <class T> void scatter(T *rows, int width, const T *panel, ptrdiff_t stride, int count) {
  for (int p = 0; p < count; p++) {
    for (int i = 0; i < width; i++) *rows++ = panel[i * stride + p];
  }
}

} // namespace
