// The gradient of one hidden layer between scalar input and output: assembly/shallow.ts in its order of sums.
#pragma once

#include "sums.hpp"

namespace {

/** One layer, with its arrays. */
template <class T> struct Weights {
  int inputWidth, width;
  const T *weights, *biases;
  T *weightGradient, *biasGradient;
};

/** N neurons from j on of any activation, from stored values and slopes. */
template <class T, int N>
INLINE void smoothSums(const Weights<T> &hidden, const Weights<T> &output, int j, const T *value, const T *slope,
                       ptrdiff_t stride, const T *x, const T *delta, int columns, const Put<T> &put) {
  Partials<T> a[N] = {}, s[N] = {}, t[N] = {};
  for (int p = 0; p < columns; p += partials<T>) {
    const Partials<T> r = loadPartials(delta + p);
    const Partials<T> rx = r * loadPartials(x + p);
    UNROLL for (int n = 0; n < N; n++) {
      const Partials<T> k = loadPartials(slope + n * stride + p);
      a[n] = multiplyAdd(r, loadPartials(value + n * stride + p), a[n]);
      s[n] = multiplyAdd(r, k, s[n]);
      t[n] = multiplyAdd(rx, k, t[n]);
    }
  }
  for (int n = 0; n < N; n++) {
    const T v = output.weights[j + n];
    put(output.weightGradient + j + n, sumPartials(a[n]));
    put(hidden.biasGradient + j + n, v * sumPartials(s[n]));
    put(hidden.weightGradient + j + n, v * sumPartials(t[n]));
  }
}

template <class T>
NOINLINE void smoothBackward(const Weights<T> &hidden, const Weights<T> &output, const T *value, const T *slope,
                             ptrdiff_t stride, const T *x, const T *delta, int columns, const Put<T> &put) {
  int j = 0;
  for (; j + 4 <= hidden.width; j += 4) {
    smoothSums<T, 4>(hidden, output, j, value + j * stride, slope + j * stride, stride, x, delta, columns, put);
  }
  for (; j < hidden.width; j++) {
    smoothSums<T, 1>(hidden, output, j, value + j * stride, slope + j * stride, stride, x, delta, columns, put);
  }
}

/** N relu neurons, relu'(0) = 0: Σ r and Σ r x over the active samples; NaN counts as active. */
template <class T, int N>
INLINE void activeSums(T *toX, T *to, const T *value, ptrdiff_t stride, const T *x, const T *delta, int columns,
                       bool first) {
  Partials<T> s[N] = {}, t[N] = {};
  for (int p = 0; p < columns; p += partials<T>) {
    const Partials<T> r = loadPartials(delta + p);
    const Partials<T> rx = r * loadPartials(x + p);
    UNROLL for (int n = 0; n < N; n++) {
      const Partials<T> a = loadPartials(value + n * stride + p);
      s[n] = s[n] + whereNonzero(a, r);
      t[n] = t[n] + whereNonzero(a, rx);
    }
  }
  for (int n = 0; n < N; n++) {
    const T sum = sumPartials(s[n]), sumX = sumPartials(t[n]);
    to[n] = first ? sum : to[n] + sum;
    toX[n] = first ? sumX : toX[n] + sumX;
  }
}

/** The gradient of the hidden layer and of v from Σ r x and Σ r in the places of the gradients of w and b. */
template <class T> void finishRelu(const Weights<T> &hidden, const Weights<T> &output, const Accumulation &to) {
  const T numerator = (T)to.numerator, denominator = (T)to.denominator;
  for (int j = 0; j < hidden.width; j++) {
    const T sumX = hidden.weightGradient[j], sum = hidden.biasGradient[j];
    const T v = output.weights[j];
    const T sumA = hidden.weights[j] * sumX + hidden.biases[j] * sum;
    output.weightGradient[j] = (sumA * numerator) / denominator;
    hidden.weightGradient[j] = (v * sumX * numerator) / denominator;
    hidden.biasGradient[j] = (v * sum * numerator) / denominator;
  }
}

template <class T>
NOINLINE void reluBackward(const Weights<T> &hidden, const Weights<T> &output, const T *value, ptrdiff_t stride,
                           const T *x, const T *delta, int columns, const Accumulation &to) {
  int j = 0;
  for (; j + 4 <= hidden.width; j += 4) {
    activeSums<T, 4>(hidden.weightGradient + j, hidden.biasGradient + j, value + j * stride, stride, x, delta, columns,
                     to.first);
  }
  for (; j < hidden.width; j++) {
    activeSums<T, 1>(hidden.weightGradient + j, hidden.biasGradient + j, value + j * stride, stride, x, delta, columns,
                     to.first);
  }
  if (to.last) finishRelu<T>(hidden, output, to);
}

} // namespace
