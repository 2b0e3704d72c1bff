// Losses of a panel: assembly/losses.ts operation for operation.
#pragma once

#include "names.hpp"
#include "elementary.hpp"
#include "memory.hpp"
#include "products.hpp"

namespace {

template <class T> void clearPadding(T *panel, ptrdiff_t stride, int rows, int columns, int count) {
  for (int r = 0; r < rows; r++) memset(panel + r * stride + count, 0, (size_t)(columns - count) * sizeof(T));
}

template <class T>
void residuals(T *cotangent, const T *outputs, const T *targets, ptrdiff_t stride, int rows, int columns) {
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c += lanes<T>) store(cotangent + c, load(outputs + c) - load(targets + c));
    cotangent += stride;
    outputs += stride;
    targets += stride;
  }
}

/** Σ x² over a panel, in double across features. */
template <class T> double sumOfSquares(const T *panel, ptrdiff_t stride, int rows, int columns) {
  double sum = 0;
  for (int r = 0; r < rows; r++) {
    Partials<T> partial = {};
    for (int c = 0; c < columns; c += partials<T>) {
      const Partials<T> x = loadPartials(panel + c);
      partial = partial + x * x;
    }
    sum += sumPartialsWide(partial);
    panel += stride;
  }
  return sum;
}

template <class T>
Vector<T> softmax(T *out, const T *outputs, Vector<T> targets, ptrdiff_t stride, int rows) {
  Vector<T> largest = load(outputs);
  for (int r = 1; r < rows; r++) largest = larger(largest, load(outputs + r * stride));
  Vector<T> others = zero<T>(), own = zero<T>(), gap = zero<T>();
  for (int r = 0; r < rows; r++) {
    const Mask<T> isOwn = equal(targets, splat((T)r));
    const Vector<T> below = load(outputs + r * stride) - largest;
    const Vector<T> e = expNonpositive<T>(below);
    others = others + choose(isOwn, zero<T>(), e);
    own = choose(isOwn, e, own);
    gap = choose(isOwn, below, gap);
    store(out + r * stride, e);
  }
  const Vector<T> total = others + own;
  const Vector<T> minusOthers = -others;
  for (int r = 0; r < rows; r++) {
    const Mask<T> isOwn = equal(targets, splat((T)r));
    store(out + r * stride, choose(isOwn, minusOthers, load(out + r * stride)) / total);
  }
  const Mask<T> likely = lessThan(splat((T)1e-6), own);
  const Vector<T> near = log1p<T>(others / own);
  const Vector<T> loss = choose(likely, near, log<T>(total) - gap);
  return choose(equal(targets, targets), loss, targets);
}

/** cotangent = softmax(outputs) − e_class, and Σ −log softmax(outputs)_class over the first `count` samples. */
template <class T>
double crossEntropy(T *cotangent, const T *outputs, const T *targets, ptrdiff_t stride, int rows, int count) {
  double sum = 0;
  for (int first = 0; first < count; first += lanes<T>) {
    T losses[lanes<T>];
    store(losses, softmax<T>(cotangent + first, outputs + first, load(targets + first), stride, rows));
    const int here = count - first < lanes<T> ? count - first : lanes<T>;
    for (int p = 0; p < here; p++) sum += (double)losses[p];
  }
  return sum;
}

/** Adds the loss of a panel to the sums; leaves the cotangent of the outputs in `delta`, 0 in the padding. */
template <class T>
void panelLoss(Network &net, int width, T *delta, const T *outputs, T *targets, ptrdiff_t stride, int columns,
               int count) {
  if (net.loss == LOSS_crossEntropy) {
    net.lossSum += crossEntropy<T>(delta, outputs, targets, stride, width, count);
    clearPadding<T>(delta, stride, width, columns, count);
    return;
  }
  residuals<T>(delta, outputs, targets, stride, width, columns);
  clearPadding<T>(delta, stride, width, columns, count);
  const int summed = summedColumns<T>(count);
  net.lossSum += sumOfSquares<T>(delta, stride, width, summed);
  if (net.loss == LOSS_relativeL2) {
    clearPadding<T>(targets, stride, width, columns, count);
    net.targetSum += sumOfSquares<T>(targets, stride, width, summed);
  }
}

/** The loss from its sums. */
double lossValue(const Network &net, int count) {
  return net.loss == LOSS_relativeL2 ? __builtin_sqrt(net.lossSum / net.targetSum) : net.lossSum / (double)count;
}

/** dL/dN = cotangent·numerator/denominator. */
void setFactor(Network &net, int count) {
  net.numerator = net.loss == LOSS_squared ? 2 : 1;
  net.denominator = (double)count;
  if (net.loss == LOSS_relativeL2) {
    net.denominator = net.lossSum == 0 ? 1 : __builtin_sqrt(net.lossSum) * __builtin_sqrt(net.targetSum);
  }
}

template <class T> bool isModerate(double sum) {
  return sizeof(T) == 8 ? sum > 1e-270 && sum < 1e300 : sum > 1e-24 && sum < 1e30;
}

/** Whether the sums of a relative loss lost nothing to overflow or underflow of squares; true for other losses. */
template <class T> bool keepsDigits(const Network &net) {
  return net.loss != LOSS_relativeL2 || (isModerate<T>(net.lossSum) && isModerate<T>(net.targetSum));
}

} // namespace
