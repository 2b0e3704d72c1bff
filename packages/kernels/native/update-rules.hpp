// One step of every descent rule: assembly/update-rules.ts operation for operation.
#pragma once

#include "names.hpp"
#include "elementary.hpp"
#include "memory.hpp"

namespace {

/** baseⁿ by repeated squaring. */
static double integerPower(double base, double n) {
  double power = 1, square = base;
  for (uint64_t rest = (uint64_t)n; rest > 0; rest >>= 1) {
    if (rest & 1) power *= square;
    square *= square;
  }
  return power;
}

/** The larger of a and b; NaN if one is, +0 of 0 and −0. */
template <class T> INLINE Vector<T> largest(Vector<T> a, Vector<T> b) {
  Vector<T> most = larger(a, b);
  most = choose(equal(a, b), bitAnd<T>(a, b), most);
  return choose(equal(b, b), most, b);
}

template <class T> INLINE Vector<T> sgdStep(const Descent &state, Vector<T> t, Vector<T> g, Vector<T> *moments, T rate) {
  g = g + splat((T)state.weightDecay) * t;
  if (state.moments0) {
    const Vector<T> fresh = splat((T)(state.steps == 1 ? 1 : 1 - state.dampening));
    const Vector<T> momentum = splat((T)state.momentum);
    const Vector<T> m = momentum * moments[0] + fresh * g;
    moments[0] = m;
    g = state.variant ? g + momentum * m : m;
  }
  return t - splat(rate) * g;
}

/** What the steps of adam have in common. */
template <class T> struct AdamFactors {
  T rate, correction, shrink, decay, fresh, beta2, freshSquare, epsilon;
  AdamFactors(const Descent &state, double learningRate) {
    const bool decoupled = state.rule == RULE_adamW;
    rate = (T)(learningRate / (1 - integerPower(state.beta1, state.steps)));
    correction = (T)__builtin_sqrt(1 - integerPower(state.beta2, state.steps));
    shrink = (T)(decoupled ? 1 - learningRate * state.weightDecay : 1);
    decay = (T)(decoupled ? 0 : state.weightDecay);
    fresh = (T)(1 - state.beta1);
    beta2 = (T)state.beta2;
    freshSquare = (T)(1 - state.beta2);
    epsilon = (T)state.epsilon;
  }
};

template <class T>
INLINE Vector<T> adamStep(const Descent &state, const AdamFactors<T> &by, Vector<T> t, Vector<T> g, Vector<T> *moments) {
  t = t * splat(by.shrink);
  g = g + splat(by.decay) * t;
  const Vector<T> mean = moments[0] + splat(by.fresh) * (g - moments[0]);
  moments[0] = mean;
  Vector<T> square = splat(by.beta2) * moments[1] + (splat(by.freshSquare) * g) * g;
  moments[1] = square;
  if (state.variant) {
    square = largest<T>(moments[2], square);
    moments[2] = square;
  }
  const Vector<T> size = squareRoot(square) / splat(by.correction) + splat(by.epsilon);
  return t - splat(by.rate) * (mean / size);
}

template <class T>
INLINE Vector<T> rmspropStep(const Descent &state, Vector<T> t, Vector<T> g, Vector<T> *moments, T rate) {
  const Vector<T> fresh = splat((T)(1 - state.beta2));
  g = g + splat((T)state.weightDecay) * t;
  Vector<T> variance = splat((T)state.beta2) * moments[0] + (fresh * g) * g;
  moments[0] = variance;
  if (state.variant) {
    const Vector<T> mean = moments[1] + fresh * (g - moments[1]);
    moments[1] = mean;
    variance = variance - mean * mean;
  }
  Vector<T> move = g / (squareRoot(variance) + splat((T)state.epsilon));
  if (state.momentum != 0) {
    Vector<T> &velocity = moments[state.variant ? 2 : 1];
    move = splat((T)state.momentum) * velocity + move;
    velocity = move;
  }
  return t - splat(rate) * move;
}

template <class T>
INLINE Vector<T> adagradStep(const Descent &state, Vector<T> t, Vector<T> g, Vector<T> *moments, T rate) {
  g = g + splat((T)state.weightDecay) * t;
  const Vector<T> square = moments[0] + g * g;
  moments[0] = square;
  return t - splat(rate) * (g / (squareRoot(square) + splat((T)state.epsilon)));
}

/** Whether these kernels know the rule. */
static bool canUpdate(const Descent &state) {
  return state.rule == RULE_sgd || state.rule == RULE_adam || state.rule == RULE_adamW || state.rule == RULE_rmsprop ||
         state.rule == RULE_adagrad;
}

/** Moves θ along its gradient; `state.steps` counts this step already. */
template <class T> void update(const Memory &memory, const Descent &state, double learningRate, int dimension) {
  T *theta = memory.at<T>(state.theta);
  const T *gradient = memory.at<T>(state.gradient);
  const Address addresses[3] = {state.moments0, state.moments1, state.moments2};
  const AdamFactors<T> adam(state, learningRate);
  const T rate = (T)(state.rule == RULE_adagrad ? learningRate / (1 + (state.steps - 1) * state.learningRateDecay)
                                                 : learningRate);
  for (int i = 0; i < dimension; i += lanes<T>) {
    const int here = dimension - i < lanes<T> ? dimension - i : lanes<T>;
    Vector<T> moments[3];
    UNROLL for (int k = 0; k < 3; k++) {
      if (addresses[k]) moments[k] = loadFirst(memory.at<T>(addresses[k]) + i, here);
    }
    Vector<T> t = loadFirst(theta + i, here);
    const Vector<T> g = loadFirst(gradient + i, here);
    if (state.rule == RULE_sgd) t = sgdStep<T>(state, t, g, moments, rate);
    else if (state.rule == RULE_rmsprop) t = rmspropStep<T>(state, t, g, moments, rate);
    else if (state.rule == RULE_adagrad) t = adagradStep<T>(state, t, g, moments, rate);
    else t = adamStep<T>(state, adam, t, g, moments);
    storeFirst(theta + i, t, here);
    UNROLL for (int k = 0; k < 3; k++) {
      if (addresses[k]) storeFirst(memory.at<T>(addresses[k]) + i, moments[k], here);
    }
  }
}

} // namespace
