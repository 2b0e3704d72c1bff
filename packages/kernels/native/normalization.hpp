// Normalization of the input by the batch's mean and biased variance: assembly/normalization.ts.
#pragma once

#include "simd.hpp"

namespace {

/** Mean and √(variance + ε) of each input over the batch; sums over samples in their order, columns side by side. */
template <class T>
void columnStatistics(double *means, double *scales, const T *rows, int width, const uint32_t *indices, int count) {
  memset(means, 0, (size_t)width * 8);
  for (int p = 0; p < count; p++) {
    const T *row = rows + (size_t)(indices ? indices[p] : (uint32_t)p) * (size_t)width;
    for (int i = 0; i < width; i++) means[i] += (double)row[i];
  }
  for (int i = 0; i < width; i++) means[i] /= (double)count;
  memset(scales, 0, (size_t)width * 8);
  for (int p = 0; p < count; p++) {
    const T *row = rows + (size_t)(indices ? indices[p] : (uint32_t)p) * (size_t)width;
    for (int i = 0; i < width; i++) {
      const double deviation = (double)row[i] - means[i];
      scales[i] += deviation * deviation;
    }
  }
  for (int i = 0; i < width; i++) scales[i] = __builtin_sqrt(scales[i] / (double)count + 1e-5);
}

/** panel ← (panel − mean)/scale, out ← γ·panel + β, feature by feature. */
template <class T>
void normalize(T *out, T *panel, ptrdiff_t stride, int columns, int width, const double *means,
                      const double *scales, const T *gamma, const T *beta) {
  for (int i = 0; i < width; i++) {
    for (int c = 0; c < columns; c++) {
      const T x = (T)(((double)panel[c] - means[i]) / scales[i]);
      panel[c] = x;
      out[c] = gamma[i] * x + beta[i];
    }
    panel += stride;
    out += stride;
  }
}

/** panel ← panel ⊙ factor for `rows` features of both; whole vectors. */
template <class T> void scale(T *panel, const T *factor, ptrdiff_t stride, int rows, int columns) {
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c += lanes<T>) store(panel + c, load(panel + c) * load(factor + c));
    panel += stride;
    factor += stride;
  }
}

} // namespace
