// Hessians times vectors for one hidden layer between scalar input and output: assembly/shallow-hessian-vector.ts in its
// order of sums.
#pragma once

#include "constants.hpp"
#include "second-order.hpp"

namespace {

/** Samples that are taken through all neurons at a time. */
template <class T> constexpr int sampleBlock = 1024 / sizeof(T);

/** The moments of one neuron from A' and from A'' or, if A'' = −2(A − c)A', from A. */
template <class T, bool quadratic>
INLINE void neuronMoments(T *to, const T *slope, const T *bendOrValue, T center, const T *r, const T *x, int columns) {
  Partials<T> p0 = {}, p1 = {}, q0 = {}, q1 = {}, q2 = {};
  for (int c = 0; c < columns; c += partials<T>) {
    const Partials<T> rs = loadPartials(r + c), xs = loadPartials(x + c);
    const Partials<T> p = rs * loadPartials(slope + c);
    const Partials<T> px = p * xs;
    Partials<T> q = loadPartials(bendOrValue + c);
    q = quadratic ? p * (q - center) : rs * q;
    const Partials<T> qx = q * xs;
    p0 = p + p0;
    p1 = px + p1;
    q0 = q + q0;
    q1 = qx + q1;
    q2 = multiplyAdd(qx, xs, q2);
  }
  if (quadratic) {
    q0 = q0 * (T)-2;
    q1 = q1 * (T)-2;
    q2 = q2 * (T)-2;
  }
  to[0] = sumPartials(p0);
  to[1] = sumPartials(p1);
  to[2] = sumPartials(q0);
  to[3] = sumPartials(q1);
  to[4] = sumPartials(q2);
}

template <class T> struct ShallowSecondOrderCall : SecondOrderCall<T> {
  using Base = SecondOrderCall<T>;
  using Base::array;
  using Base::layers;
  using Base::net;
  using Base::seconds;
  using Base::state;
  using Base::stride;

  ShallowSecondOrderCall(const Memory &m, SecondOrder &s) : Base(m, s) {}

  Weights<T> weights(int k) const {
    const Layer &layer = layers[k];
    return {layer.inputWidth,      layer.width, array(layer.weights), array(layer.biases), array(layer.weightGradient),
            array(layer.biasGradient)};
  }

  /** A, A', A'' of all neurons, and N. */
  void smoothForward() {
    const Activate<T> activate = activationOf<T>(net.activation);
    const Shape shape = {net.parameter, net.kink};
    const Weights<T> hidden = weights(0), output = weights(1);
    const T *x = array(net.inputPanel);
    T *slopes = array(layers[0].affine), *values = array(layers[1].panel), *bends = array(seconds[0].bend);
    T *outputs = array(net.outputs);
    for (int from = 0; from < stride; from += sampleBlock<T>) {
      const int columns = stride - from < sampleBlock<T> ? stride - from : sampleBlock<T>;
      for (int j = 0; j < hidden.width; j++) {
        const ptrdiff_t row = (ptrdiff_t)j * stride + from;
        const Vector<T> w = splat(hidden.weights[j]), b = splat(hidden.biases[j]);
        forVectors<T>(columns, [&](ptrdiff_t c, int n) {
          storeSome(slopes + row + c, multiplyAdd(w, loadSome(x + from + c, n), b), n);
        });
        activate.twice(shape, values + row, slopes + row, bends + row, columns);
      }
      forVectors<T>(columns, [&](ptrdiff_t c, int n) {
        Vector<T> sum = splat(output.biases[0]);
        for (int j = 0; j < hidden.width; j++) {
          sum = multiplyAdd(splat(output.weights[j]), loadSome(values + (ptrdiff_t)j * stride + from + c, n), sum);
        }
        storeSome(outputs + from + c, sum, n);
      });
    }
  }

  /** Sums over samples, `delta` for r: the gradient without the loss's factor. */
  void backward(const T *delta) {
    net.first = 1;
    net.last = 1;
    const Put<T> put(net);
    const Weights<T> hidden = weights(0), output = weights(1);
    smoothBackward<T>(hidden, output, array(layers[1].panel), array(layers[0].affine), stride, array(net.inputPanel),
                      delta, stride, put);
    biasSums<T>(output.biasGradient, 1, delta, stride, stride, put);
  }

  void prepare() {
    Base::gatherRows(array(net.inputPanel), array(net.inputs), net.inputWidth);
    Base::gatherRows(array(net.targetPanel), array(net.targets), net.targetWidth);
    smoothForward();
    T *delta = array(seconds[1].delta);
    Base::losses(delta);
    memcpy(array(net.delta), delta, (size_t)stride * sizeof(T));
    net.first = 1;
    net.last = 0;
    net.numerator = 1;
    net.denominator = 1;
    const bool quadratic = net.activation == ACTIVATION_tanh || net.activation == ACTIVATION_logistic;
    const T center = net.activation == ACTIVATION_logistic ? (T)0.5 : (T)0;
    const T *x = array(net.inputPanel), *slope = array(layers[0].affine);
    const T *value = array(layers[1].panel), *bend = array(seconds[0].bend);
    T *to = array(state.moments);
    for (int j = 0; j < layers[0].width; j++) {
      if (quadratic) neuronMoments<T, true>(to, slope, value, center, delta, x, stride);
      else neuronMoments<T, false>(to, slope, bend, center, delta, x, stride);
      slope += stride;
      value += stride;
      bend += stride;
      to += momentsPerNeuron;
    }
    if (isRelative(net.loss)) backward(delta);
  }

  void hessianVector() {
    const Weights<T> hidden = weights(0), output = weights(1);
    const T *omega = array(seconds[0].weights), *beta = array(seconds[0].biases), *nu = array(seconds[1].weights);
    const T *x = array(net.inputPanel), *values = array(layers[1].panel), *slopes = array(layers[0].affine);
    T *tangent = array(state.tangent);
    const Vector<T> start = splat(array(seconds[1].biases)[0]);
    forVectors<T>(stride, [&](ptrdiff_t c, int n) { storeSome(tangent + c, start, n); });
    for (int j = 0; j < hidden.width; j += 2) {
      // an odd last neuron has itself for a neighbour that does not count
      const bool single = j + 1 == hidden.width;
      const int next = single ? j : j + 1;
      const T v = output.weights[j], u = single ? (T)0 : output.weights[next];
      const Vector<T> n0 = splat(nu[j]), n1 = splat(single ? (T)0 : nu[next]);
      const Vector<T> p0 = splat(v * omega[j]), q0 = splat(v * beta[j]);
      const Vector<T> p1 = splat(u * omega[next]), q1 = splat(u * beta[next]);
      const T *a0 = values + (ptrdiff_t)j * stride, *a1 = values + (ptrdiff_t)next * stride;
      const T *s0 = slopes + (ptrdiff_t)j * stride, *s1 = slopes + (ptrdiff_t)next * stride;
      // R N += ν A + A'(px + q)
      forVectors<T>(stride, [&](ptrdiff_t c, int n) {
        const Vector<T> xs = loadSome(x + c, n);
        const Vector<T> y0 = loadSome(s0 + c, n) * multiplyAdd(p0, xs, q0);
        const Vector<T> y1 = loadSome(s1 + c, n) * multiplyAdd(p1, xs, q1);
        const Vector<T> z0 = multiplyAdd(n0, loadSome(a0 + c, n), y0);
        const Vector<T> z1 = multiplyAdd(n1, loadSome(a1 + c, n), y1);
        storeSome(tangent + c, loadSome(tangent + c, n) + (z0 + z1), n);
      });
    }
    clearPadding<T>(tangent, stride, 1, stride, state.samples);
    if (isRelative(net.loss)) {
      state.alongResiduals = Base::dot(tangent, array(seconds[1].delta), stride);
    }
    backward(tangent);
    // the part that has r for a factor
    const T *from = array(state.moments);
    for (int j = 0; j < hidden.width; j++) {
      const T n = nu[j], v = output.weights[j];
      output.weightGradient[j] += omega[j] * from[1] + beta[j] * from[0];
      hidden.biasGradient[j] += n * from[0] + v * (omega[j] * from[3] + beta[j] * from[2]);
      hidden.weightGradient[j] += n * from[1] + v * (omega[j] * from[4] + beta[j] * from[3]);
      from += momentsPerNeuron;
    }
  }
};

template <class T> bool prepare(const Memory &memory, SecondOrder &state, Scratch &scratch) {
  ShallowSecondOrderCall<T> call(memory, state);
  if (!canCompute<T>(call.net, true) || !call.begin(scratch)) return false;
  if (state.moments) call.prepare();
  else static_cast<SecondOrderCall<T> &>(call).prepare();
  return true;
}

template <class T> bool hessianVector(const Memory &memory, SecondOrder &state, Scratch &scratch) {
  ShallowSecondOrderCall<T> call(memory, state);
  if (!canCompute<T>(call.net, true) || !call.begin(scratch)) return false;
  if (state.moments) call.hessianVector();
  else static_cast<SecondOrderCall<T> &>(call).hessianVector();
  return true;
}

} // namespace
