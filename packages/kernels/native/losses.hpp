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

/** m(r − m/2) with the cotangent m, r cut to [−δ, δ]. */
template <class T> struct Huber {
  Vector<T> delta;

  INLINE_MEMBER Vector<T> loss(Vector<T> n, Vector<T> y, Vector<T> &cotangent) const {
    const Vector<T> r = n - y;
    cotangent = smaller(larger(r, -delta), delta);
    return cotangent * (r - constant<T>(HALF) * cotangent);
  }
  INLINE_MEMBER Vector<T> curvature(Vector<T> n, Vector<T> y) const {
    return masked<T>(lessThan(size<T>(n - y), delta), constant<T>(ONE));
  }
};

/** s(x)s(−x), s the logistic function. */
template <class T> INLINE Vector<T> logisticSlope(Vector<T> x) {
  const Vector<T> one = constant<T>(ONE);
  const Vector<T> e = expNonpositive<T>(minusSize<T>(x));
  const Vector<T> d = one + e;
  return (e / d) * (one / d);
}

/** |N|·(1 − y or y) + log(1 + e^(−|N|)), the first for N ≥ 0, with the cotangent (1 − y)s(N) − y·s(−N). */
template <class T> struct BinaryCrossEntropy {
  INLINE_MEMBER Vector<T> loss(Vector<T> n, Vector<T> y, Vector<T> &cotangent) const {
    const Vector<T> one = constant<T>(ONE);
    const Vector<T> e = expNonpositive<T>(minusSize<T>(n));
    const Vector<T> d = one + e;
    const Mask<T> nonnegative = atMost(zero<T>(), n);
    const Vector<T> s = choose(nonnegative, one, e) / d;
    const Vector<T> rest = choose(atMost(zero<T>(), -n), one, e) / d;
    const Vector<T> against = one - y;
    cotangent = against * s - y * rest;
    return size<T>(n) * choose(nonnegative, against, y) + log1pOfUnit<T>(e);
  }
  INLINE_MEMBER Vector<T> curvature(Vector<T> n, Vector<T>) const { return logisticSlope<T>(n); }
};

/** |r| with the cotangent sign r. */
template <class T> struct AbsoluteError {
  Vector<T> atKink;

  INLINE_MEMBER Vector<T> loss(Vector<T> n, Vector<T> y, Vector<T> &cotangent) const {
    const Vector<T> r = n - y;
    const Vector<T> known = choose(equal(r, r), withSign<T>(constant<T>(ONE), r), r);
    cotangent = choose(equal(r, zero<T>()), atKink, known);
    return size<T>(r);
  }
  INLINE_MEMBER Vector<T> curvature(Vector<T>, Vector<T>) const { return zero<T>(); }
};

/** log(1 + sinh² r)/2 near 0, |r| − log 2 + log(1 + e^(−2|r|)) elsewhere, with the cotangent tanh r. */
template <class T> struct LogCosh {
  INLINE_MEMBER Vector<T> loss(Vector<T> n, Vector<T> y, Vector<T> &cotangent) const {
    const Vector<T> r = n - y;
    const Vector<T> u = size<T>(r);
    Vector<T> e;
    const Vector<T> m = expm1AndExp<T>(u * constant<T>(MINUS_TWO), e);
    cotangent = withSign<T>(-m / (constant<T>(ONE) + e), r);
    const Mask<T> near = lessThan(u, splat((T)0.75));
    const Vector<T> square = (m * m) / (constant<T>(FOUR) * e);
    const Vector<T> rest = log1pOfUnit<T>(choose(near, square, e));
    return choose(near, constant<T>(HALF) * rest, (u - splat((T)0.6931471805599453)) + rest);
  }
  INLINE_MEMBER Vector<T> curvature(Vector<T> n, Vector<T> y) const {
    const Vector<T> r = n - y;
    return constant<T>(FOUR) * logisticSlope<T>(r + r);
  }
};

/** Runs `use` with the loss of single outputs that the network has; false if it has another one. */
template <class T, class F> bool withLossOfEntries(const Network &net, F use) {
  switch (net.loss) {
  case LOSS_huber:
    use(Huber<T>{splat((T)net.lossParameter)});
    return true;
  case LOSS_binaryCrossEntropy:
    use(BinaryCrossEntropy<T>{});
    return true;
  case LOSS_absoluteError:
    use(AbsoluteError<T>{splat((T)net.lossKink)});
    return true;
  case LOSS_logCosh:
    use(LogCosh<T>{});
    return true;
  default:
    return false;
  }
}

/** Whether these kernels know the loss. */
template <class T> bool hasLoss(const Network &net) {
  return isQuadratic(net.loss) || net.loss == LOSS_crossEntropy || withLossOfEntries<T>(net, [](auto) {});
}

/** Cotangents of a loss of single outputs, and its sum over `count` samples of a panel. */
template <class T, class Loss>
double entries(const Loss &loss, T *delta, const T *outputs, const T *targets, ptrdiff_t stride, int rows, int count) {
  double sum = 0;
  for (int r = 0; r < rows; r++) {
    const ptrdiff_t row = r * stride;
    Partials<T> partial = {};
    for (int c = 0; c < count; c += lanes<T>) {
      const int here = count - c < lanes<T> ? count - c : lanes<T>;
      Vector<T> cotangent;
      const Vector<T> value = loss.loss(load(outputs + row + c), load(targets + row + c), cotangent);
      store(delta + row + c, cotangent);
      T values[lanes<T>] = {};
      storeFirst(values, value, here);
      for (int q = 0; q < here; q += partials<T>) partial = partial + loadPartials(values + q);
    }
    sum += sumPartialsWide(partial);
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
  const bool ofEntries = withLossOfEntries<T>(net, [&](const auto &loss) {
    net.lossSum += entries<T>(loss, delta, outputs, targets, stride, width, count);
  });
  if (!ofEntries) residuals<T>(delta, outputs, targets, stride, width, columns);
  clearPadding<T>(delta, stride, width, columns, count);
  if (ofEntries) return;
  const int summed = summedColumns<T>(count);
  net.lossSum += sumOfSquares<T>(delta, stride, width, summed);
  if (isRelative(net.loss)) {
    clearPadding<T>(targets, stride, width, columns, count);
    net.targetSum += sumOfSquares<T>(targets, stride, width, summed);
  }
}

/** The loss from its sums. */
double lossValue(const Network &net, int count) {
  return isRelative(net.loss) ? __builtin_sqrt(net.lossSum / net.targetSum) : net.lossSum / (double)count;
}

/** dL/dN = cotangent·numerator/denominator. */
void setFactor(Network &net, int count) {
  net.numerator = numeratorOf(net.loss);
  net.denominator = (double)count;
  if (isRelative(net.loss)) {
    net.denominator = net.lossSum == 0 ? 1 : __builtin_sqrt(net.lossSum) * __builtin_sqrt(net.targetSum);
  }
}

template <class T> bool isModerate(double sum) {
  return sizeof(T) == 8 ? sum > 1e-270 && sum < 1e300 : sum > 1e-24 && sum < 1e30;
}

/** Whether the sums of a relative loss lost nothing to overflow or underflow of squares; true for other losses. */
template <class T> bool keepsDigits(const Network &net) {
  return !isRelative(net.loss) || (isModerate<T>(net.lossSum) && isModerate<T>(net.targetSum));
}

} // namespace
