// Hessians times vectors of deep networks: assembly/hessian-vector.ts in its order of sums. Panels are the host's: all
// samples side by side in rows without padding, kept from `prepare` to `hessianVector`.
#pragma once

#include "network.hpp"

namespace {

/** Columns of a right operand that are copied side by side into scratch memory. */
constexpr int columnBlock = 128;

/** Runs `f(from, count)` over whole vectors and what is left of an array. */
template <class T, class F> INLINE void forVectors(ptrdiff_t count, F f) {
  ptrdiff_t c = 0;
  for (; c + lanes<T> <= count; c += lanes<T>) f(c, lanes<T>);
  if (c < count) f(c, (int)(count - c));
}
template <class T> INLINE Vector<T> loadSome(const T *p, int count) {
  return count == lanes<T> ? load(p) : loadFirst(p, count);
}
template <class T> INLINE void storeSome(T *p, Vector<T> x, int count) {
  if (count == lanes<T>) store(p, x);
  else storeFirst(p, x, count);
}

template <class T> struct SecondOrderCall {
  const Memory &memory;
  SecondOrder &state;
  Network &net;
  const Layer *layers;
  const SecondOrderLayer *seconds;
  int stride, widest;
  T *block, *transposed, *pack, *lossPanels;
  ptrdiff_t transposedStride;

  SecondOrderCall(const Memory &m, SecondOrder &s)
      : memory(m), state(s), net(*m.at<Network>(s.net)), layers(m.at<Layer>(net.layers)),
        seconds(m.at<SecondOrderLayer>(s.layers)), stride(summedColumns<T>(s.samples)) {}

  static constexpr ptrdiff_t blockStride = panelStride<T>(columnBlock);

  bool begin(Scratch &scratch) {
    widest = net.inputWidth;
    for (int k = 0; k < net.depth; k++) widest = layers[k].width > widest ? layers[k].width : widest;
    transposedStride = panelStride<T>(roundUp<T>(widest));
    const int outputs = layers[net.depth - 1].width;
    Plan plan;
    const size_t blockAt = plan.reserve((size_t)widest * (size_t)blockStride, sizeof(T));
    const size_t transposedAt = plan.reserve((size_t)roundUp<T>(stride) * (size_t)transposedStride, sizeof(T));
    const size_t packAt = plan.reserve((size_t)tileRows * termBlock, sizeof(T));
    const size_t lossAt = plan.reserve(3 * (size_t)outputs * (size_t)panelStride<T>(roundUp<T>(stride)), sizeof(T));
    if (!makeRoom(scratch, plan.bytes)) return false;
    block = (T *)(scratch.block + blockAt);
    transposed = (T *)(scratch.block + transposedAt);
    pack = (T *)(scratch.block + packAt);
    lossPanels = (T *)(scratch.block + lossAt);
    return true;
  }

  T *array(Address address) const { return memory.at<T>(address); }

  /** out[r] = start[r] + Σ_k left[r·rowStep + k·step]·right[k]. */
  void multiply(T *out, int rows, int terms, const T *left, ptrdiff_t rowStep, ptrdiff_t step, const T *start,
                const T *right) {
    for (int column = 0; column < stride; column += columnBlock) {
      const int columns = stride - column < columnBlock ? stride - column : columnBlock;
      const int whole = roundUp<T>(columns);
      for (int k = 0; k < terms; k++) {
        T *to = block + k * blockStride;
        memcpy(to, right + (ptrdiff_t)k * stride + column, (size_t)columns * sizeof(T));
        for (int c = columns; c < whole; c++) to[c] = 0;
      }
      const Product<T> p = {left,   rowStep, step,    block,   blockStride, out + column,
                            stride, start,   nullptr, terms, columns};
      product<T>(p, 0, rows, pack);
    }
  }
  void forward(T *out, const Layer &layer, Address weights, Address biases, const T *panel) {
    multiply(out, layer.width, layer.inputWidth, array(weights), layer.inputWidth, 1, biases ? array(biases) : nullptr,
             panel);
  }
  void transposedForward(T *out, const Layer &layer, Address weights, const T *delta) {
    multiply(out, layer.inputWidth, layer.width, array(weights), 1, layer.inputWidth, nullptr, delta);
  }

  void sumsOverSamples(const Layer &layer, const T *delta, const T *panel) {
    const Put<T> put(state);
    T *out = array(layer.weightGradient);
    if (sumAcross<T>(layer.width, layer.inputWidth)) {
      transposePanel<T>(delta, stride, layer.width, stride, transposed, transposedStride);
      weightSumsAcross<T>(out, layer.width, layer.inputWidth, transposed, transposedStride, stride, panel, stride, put);
    } else {
      transposePanel<T>(panel, stride, layer.inputWidth, stride, transposed, transposedStride);
      weightSums<T>(out, layer.width, layer.inputWidth, delta, stride, stride, transposed, transposedStride, put);
    }
  }
  void biases(T *out, int rows, const T *delta) { biasSums<T>(out, rows, delta, stride, stride, Put<T>(state)); }

  void addTo(T *x, const T *y, ptrdiff_t count) {
    forVectors<T>(count, [&](ptrdiff_t c, int n) { storeSome(x + c, loadSome(x + c, n) + loadSome(y + c, n), n); });
  }
  void multiplyEntries(T *out, const T *x, const T *y, ptrdiff_t count) {
    forVectors<T>(count, [&](ptrdiff_t c, int n) { storeSome(out + c, loadSome(x + c, n) * loadSome(y + c, n), n); });
  }
  /** x = (x + y) ⊙ slope + bend ⊙ tangent. */
  void combine(T *x, const T *y, const T *slope, const T *bend, const T *tangent, ptrdiff_t count) {
    forVectors<T>(count, [&](ptrdiff_t c, int n) {
      const Vector<T> sum = loadSome(x + c, n) + loadSome(y + c, n);
      const Vector<T> second = loadSome(bend + c, n) * loadSome(tangent + c, n);
      storeSome(x + c, multiplyAdd(sum, loadSome(slope + c, n), second), n);
    });
  }

  /** Σ x·y in the order of assembly/reductions.ts. */
  static double dot(const T *x, const T *y, ptrdiff_t count) {
    // f32 in blocks, whose sums are added in f64
    const ptrdiff_t block = sizeof(T) == 4 ? 128 : count;
    double sum = 0;
    for (ptrdiff_t c = 0; c < count;) {
      const ptrdiff_t stop = count - c < block ? count : c + block;
      Partials<T> s0 = {}, s1 = {};
      for (; c < stop; c += 2 * partials<T>) {
        s0 = multiplyAdd(loadPartials(x + c), loadPartials(y + c), s0);
        s1 = multiplyAdd(loadPartials(x + c + partials<T>), loadPartials(y + c + partials<T>), s1);
      }
      sum += sumPartialsWide(s0 + s1);
    }
    return sum;
  }

  void gatherRows(T *panel, const T *rows, int width) {
    for (int i = 0; i < width; i += 8) {
      const int some = width - i < 8 ? width - i : 8;
      for (int p = 0; p < stride; p++) {
        const T *row = rows + (ptrdiff_t)(p < state.samples ? p : state.samples - 1) * width + i;
        for (int j = 0; j < some; j++) panel[(ptrdiff_t)(i + j) * stride + p] = row[j];
      }
    }
  }

  /** Losses and the cotangent of the outputs, in padded rows. */
  void losses(T *delta) {
    const int width = layers[net.depth - 1].width;
    const int columns = roundUp<T>(stride);
    const ptrdiff_t wide = panelStride<T>(columns);
    T *cotangent = lossPanels, *outputs = cotangent + width * wide, *targets = outputs + width * wide;
    for (int r = 0; r < width; r++) {
      memset(outputs + r * wide + stride, 0, (size_t)(columns - stride) * sizeof(T));
      memset(targets + r * wide + stride, 0, (size_t)(columns - stride) * sizeof(T));
      memcpy(outputs + r * wide, array(net.outputs) + (ptrdiff_t)r * stride, (size_t)stride * sizeof(T));
      if (r < net.targetWidth) {
        memcpy(targets + r * wide, array(net.targetPanel) + (ptrdiff_t)r * stride, (size_t)stride * sizeof(T));
      }
    }
    net.lossSum = 0;
    net.targetSum = 0;
    panelLoss<T>(net, width, cotangent, outputs, targets, wide, columns, state.samples);
    state.lossSum = net.lossSum;
    state.targetSum = net.targetSum;
    state.keepsDigits = keepsDigits<T>(net);
    for (int r = 0; r < width; r++) {
      memcpy(delta + (ptrdiff_t)r * stride, cotangent + r * wide, (size_t)stride * sizeof(T));
    }
  }

  /** The gradient of γ and β from the cotangent of γ·x̂ + β, which is lost. */
  void scaleGradient(T *cotangent) {
    const int width = net.inputWidth;
    T *gamma = array(net.gradient);
    biases(gamma + width, width, cotangent);
    multiplyEntries(cotangent, cotangent, array(net.inputPanel), (ptrdiff_t)width * stride);
    biases(gamma, width, cotangent);
  }

  void prepare() {
    const Activate<T> activate = activationOf<T>(net.activation);
    gatherRows(array(net.inputPanel), array(net.inputs), net.inputWidth);
    gatherRows(array(net.targetPanel), array(net.targets), net.targetWidth);
    if (net.normalized) {
      const T *gamma = array(net.theta);
      normalize<T>(array(layers[0].panel), array(net.inputPanel), stride, stride, net.inputWidth,
                   memory.at<double>(net.means), memory.at<double>(net.scales), gamma, gamma + net.inputWidth);
    }
    const Shape shape = {net.parameter, net.kink};
    for (int k = 0; k < net.depth; k++) {
      const Layer &layer = layers[k];
      forward(array(layer.affine), layer, layer.weights, layer.biases, array(layer.panel));
      if (k + 1 == net.depth) break;
      activate.twice(shape, array(layers[k + 1].panel), array(layer.affine), array(seconds[k].bend),
                     (ptrdiff_t)layer.width * stride);
    }
    const int last = net.depth - 1;
    losses(array(seconds[last].delta));
    lossCurvature(array(seconds[last].bend));
    state.first = 1;
    state.last = 0;
    for (int k = last; k >= 0; k--) {
      const Layer &layer = layers[k];
      const T *delta = array(seconds[k].delta);
      if (isRelative(net.loss)) {
        sumsOverSamples(layer, delta, array(layer.panel));
        biases(array(layer.biasGradient), layer.width, delta);
      }
      if (k == 0) break;
      T *below = array(seconds[k - 1].delta), *bend = array(seconds[k - 1].bend);
      const ptrdiff_t count = (ptrdiff_t)layer.inputWidth * stride;
      transposedForward(below, layer, layer.weights, delta);
      multiplyEntries(bend, bend, below, count);
      multiplyEntries(below, below, array(layers[k - 1].affine), count);
    }
    if (net.normalized && isRelative(net.loss)) {
      T *cotangent = array(state.scratch);
      transposedForward(cotangent, layers[0], layers[0].weights, array(seconds[0].delta));
      scaleGradient(cotangent);
    }
  }

  /** What `outputTangent` needs of the outputs, if the loss is not quadratic: ∂²/∂N² if it is of single outputs. */
  void lossCurvature(T *bend) {
    if (net.loss == LOSS_crossEntropy) softmaxShares(bend);
    const T *outputs = array(net.outputs), *targets = array(net.targetPanel);
    withLossOfEntries<T>(net, [&](const auto &loss) {
      forVectors<T>((ptrdiff_t)layers[net.depth - 1].width * stride, [&](ptrdiff_t c, int n) {
        storeSome(bend + c, loss.curvature(loadSome(outputs + c, n), loadSome(targets + c, n)), n);
      });
    });
  }

  /** softmax(outputs). */
  void softmaxShares(T *shares) {
    const int rows = layers[net.depth - 1].width;
    const T *outputs = array(net.outputs);
    forVectors<T>(stride, [&](ptrdiff_t c, int n) {
      Vector<T> most = loadSome(outputs + c, n);
      for (int r = 1; r < rows; r++) most = larger(most, loadSome(outputs + (ptrdiff_t)r * stride + c, n));
      Vector<T> total = zero<T>();
      for (int r = 0; r < rows; r++) {
        const ptrdiff_t at = (ptrdiff_t)r * stride + c;
        const Vector<T> e = expNonpositive<T>(loadSome(outputs + at, n) - most);
        total = total + e;
        storeSome(shares + at, e, n);
      }
      for (int r = 0; r < rows; r++) {
        const ptrdiff_t at = (ptrdiff_t)r * stride + c;
        storeSome(shares + at, loadSome(shares + at, n) / total, n);
      }
    });
  }

  /** R p_i = p_i(R N_i − Σ_j p_j R N_j), with differences to the output of the largest share. */
  void softmaxTangent(T *tangent, const T *shares) {
    const int rows = layers[net.depth - 1].width;
    for (int p = 0; p < state.samples; p++) {
      ptrdiff_t likeliest = p;
      for (int r = 1; r < rows; r++) {
        const ptrdiff_t at = (ptrdiff_t)r * stride + p;
        if (shares[at] > shares[likeliest]) likeliest = at;
      }
      const double base = tangent[likeliest];
      double mean = 0;
      for (int r = 0; r < rows; r++) {
        const ptrdiff_t at = (ptrdiff_t)r * stride + p;
        mean += (double)shares[at] * ((double)tangent[at] - base);
      }
      for (int r = 0; r < rows; r++) {
        const ptrdiff_t at = (ptrdiff_t)r * stride + p;
        tangent[at] = (T)((double)shares[at] * ((double)tangent[at] - base - mean));
      }
    }
  }

  /** R of the cotangent of the outputs, from R N, and for relative losses Σ r·R N. */
  void outputTangent(T *out) {
    const int width = layers[net.depth - 1].width;
    const SecondOrderLayer &second = seconds[net.depth - 1];
    const ptrdiff_t count = (ptrdiff_t)width * stride;
    memcpy(out, array(second.affineTangent), (size_t)count * sizeof(T));
    clearPadding<T>(out, stride, width, stride, state.samples);
    if (isRelative(net.loss)) {
      state.alongResiduals = dot(out, array(second.delta), count);
    }
    if (isQuadratic(net.loss)) return;
    if (net.loss == LOSS_crossEntropy) softmaxTangent(out, array(second.bend));
    else multiplyEntries(out, out, array(second.bend), count);
  }

  void hessianVector() {
    if (net.normalized) {
      // R x = Rγ·x̂ + Rβ
      const T *gamma = array(state.gamma), *beta = array(state.beta), *x = array(net.inputPanel);
      T *out = array(seconds[0].panelTangent);
      for (int r = 0; r < net.inputWidth; r++) {
        const ptrdiff_t at = (ptrdiff_t)r * stride;
        forVectors<T>(stride, [&](ptrdiff_t c, int n) {
          storeSome(out + at + c, multiplyAdd(splat(gamma[r]), loadSome(x + at + c, n), splat(beta[r])), n);
        });
      }
    }
    const int last = net.depth - 1;
    T *scratch = array(state.scratch);
    for (int k = 0; k <= last; k++) {
      const Layer &layer = layers[k];
      const SecondOrderLayer &second = seconds[k];
      const ptrdiff_t count = (ptrdiff_t)layer.width * stride;
      // R z = V a + c + W R a
      T *tangent = array(second.affineTangent);
      forward(tangent, layer, second.weights, second.biases, array(layer.panel));
      if (second.panelTangent) {
        forward(scratch, layer, layer.weights, 0, array(second.panelTangent));
        addTo(tangent, scratch, count);
      }
      if (k < last) multiplyEntries(array(seconds[k + 1].panelTangent), tangent, array(layer.affine), count);
    }
    T *tangent = array(state.tangent), *below = array(state.nextTangent);
    outputTangent(tangent);
    for (int k = last; k >= 0; k--) {
      const Layer &layer = layers[k];
      const SecondOrderLayer &second = seconds[k];
      state.first = 1;
      state.last = 0;
      biases(array(layer.biasGradient), layer.width, tangent);
      sumsOverSamples(layer, tangent, array(layer.panel));
      state.first = 0;
      if (second.panelTangent) sumsOverSamples(layer, array(second.delta), array(second.panelTangent));
      if (k == 0 && !net.normalized) break;
      // R(Wᵀδ) = WᵀRδ + Vᵀδ
      const ptrdiff_t count = (ptrdiff_t)layer.inputWidth * stride;
      transposedForward(below, layer, layer.weights, tangent);
      transposedForward(scratch, layer, second.weights, array(second.delta));
      if (k > 0) {
        const SecondOrderLayer &under = seconds[k - 1];
        combine(below, scratch, array(layers[k - 1].affine), array(under.bend), array(under.affineTangent), count);
      } else {
        addTo(below, scratch, count);
      }
      T *const swap = tangent;
      tangent = below;
      below = swap;
    }
    if (net.normalized) {
      state.first = 1;
      scaleGradient(tangent);
    }
  }
};

} // namespace
