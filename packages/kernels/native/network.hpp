// Loss and gradient of a dense network: assembly/dense-network.ts in its order of sums, with panels in scratch memory.
#pragma once

#include "activations.hpp"
#include "constants.hpp"
#include "gather.hpp"
#include "losses.hpp"
#include "memory.hpp"
#include "normalization.hpp"
#include "scratch.hpp"
#include "shallow.hpp"
#include "sums.hpp"

namespace {

/** A network with the panels of one call. */
template <class T> struct Call {
  const Memory &memory;
  Network &net;
  const Layer *layers;
  /** Samples per panel. */
  int perPanel;
  ptrdiff_t stride;
  T *inputPanel, *targetPanel, *delta, *nextDelta, *transposed, *pack;
  /** What each layer acts on, and zᵏ, which its slopes replace. */
  T **panel, **affine;
  ptrdiff_t transposedStride;
  Activate<T> activate;

  Call(const Memory &m, Network &n)
      : memory(m), net(n), layers(m.at<Layer>(n.layers)), activate(activationOf<T>(n.activation)) {}

  /** Takes scratch memory for panels of at most `columns` samples. */
  bool begin(Scratch &scratch, int columns) {
    perPanel = columns;
    stride = panelStride<T>(roundUp<T>(columns));
    const int depth = net.depth;
    int widest = net.inputWidth;
    for (int k = 0; k < depth; k++) widest = layers[k].width > widest ? layers[k].width : widest;
    transposedStride = panelStride<T>(roundUp<T>(widest));
    Plan plan;
    const size_t pointers = plan.reserve(2 * (size_t)depth, sizeof(T *));
    const auto reserve = [&](int width) { return plan.reserve((size_t)width * (size_t)stride, sizeof(T)); };
    const size_t inputAt = reserve(net.inputWidth);
    const size_t targetAt = reserve(net.targetWidth);
    const size_t deltaAt = reserve(widest);
    const size_t nextAt = reserve(widest);
    const size_t transposedAt = plan.reserve((size_t)roundUp<T>(columns) * (size_t)transposedStride, sizeof(T));
    const size_t packAt = plan.reserve((size_t)tileRows * termBlock, sizeof(T));
    const size_t panelsAt = plan.bytes;
    for (int k = 0; k < depth; k++) {
      if (k > 0 || net.normalized) reserve(layers[k].inputWidth);
      reserve(layers[k].width);
    }
    if (!makeRoom(scratch, plan.bytes)) return false;
    char *const block = scratch.block;
    panel = (T **)(block + pointers);
    affine = panel + depth;
    inputPanel = (T *)(block + inputAt);
    targetPanel = (T *)(block + targetAt);
    delta = (T *)(block + deltaAt);
    nextDelta = (T *)(block + nextAt);
    transposed = (T *)(block + transposedAt);
    pack = (T *)(block + packAt);
    Plan again;
    again.bytes = panelsAt;
    for (int k = 0; k < depth; k++) {
      const bool own = k > 0 || net.normalized;
      panel[k] = own ? (T *)(block + again.reserve((size_t)layers[k].inputWidth * (size_t)stride, sizeof(T))) : inputPanel;
      affine[k] = (T *)(block + again.reserve((size_t)layers[k].width * (size_t)stride, sizeof(T)));
    }
    return true;
  }

  T *array(Address address) const { return memory.at<T>(address); }
  T *outputs() const { return affine[net.depth - 1]; }
  Weights<T> weights(int k) const {
    const Layer &layer = layers[k];
    return {layer.inputWidth,      layer.width, array(layer.weights), array(layer.biases), array(layer.weightGradient),
            array(layer.biasGradient)};
  }

  void normalizeInputs(int columns) {
    const T *gamma = array(net.theta);
    normalize<T>(panel[0], inputPanel, stride, columns, net.inputWidth, memory.at<double>(net.means),
                 memory.at<double>(net.scales), gamma, gamma + net.inputWidth);
  }

  /** Outputs of the samples in the input panel; slopes A'(zᵏ) are left in the affine panels. */
  void forward(int columns) {
    if (net.normalized) normalizeInputs(columns);
    const Shape shape = {net.parameter, net.kink};
    for (int k = 0; k < net.depth; k++) {
      const Weights<T> layer = weights(k);
      const Product<T> product_ = {layer.weights, layer.inputWidth, 1,       panel[k],         stride, affine[k],
                                   stride,        layer.biases,     nullptr, layer.inputWidth, columns};
      const bool last = k + 1 == net.depth;
      // rows are activated while they are near; with many inputs all rows share a part of the right operand instead
      const int step = layer.inputWidth > termBlock ? layer.width : 24;
      for (int r = 0; r < layer.width; r += step) {
        const int rows = layer.width - r < step ? layer.width - r : step;
        product<T>(product_, r, rows, nullptr);
        if (!last) activate.rows(shape, panel[k + 1] + r * stride, affine[k] + r * stride, stride, rows, columns);
      }
    }
  }

  /** dW of a layer: rows of samples are the right operand, or for few inputs the cotangents of samples. */
  void weightGradient(int k, const T *cotangent, int columns, const T *rows, const Put<T> &put) {
    const Weights<T> layer = weights(k);
    if (sumAcross<T>(layer.width, layer.inputWidth)) {
      transposePanel<T>(cotangent, stride, layer.width, columns, transposed, transposedStride);
      weightSumsAcross<T>(layer.weightGradient, layer.width, layer.inputWidth, transposed, transposedStride, columns,
                          panel[k], stride, put);
    } else if (rows) {
      weightSums<T>(layer.weightGradient, layer.width, layer.inputWidth, cotangent, stride, columns, rows,
                    layer.inputWidth, put);
    } else {
      transposePanel<T>(panel[k], stride, layer.inputWidth, columns, transposed, transposedStride);
      weightSums<T>(layer.weightGradient, layer.width, layer.inputWidth, cotangent, stride, columns, transposed,
                    transposedStride, put);
    }
  }

  /** Adds a panel's share of the gradient; `rows` are the samples' rows of data if they need no copy. */
  void backward(int columns, int summed, const T *rows) {
    const Put<T> put(net);
    T *above = delta, *below = nextDelta;
    for (int k = net.depth - 1; k >= 0; k--) {
      const Weights<T> layer = weights(k);
      weightGradient(k, above, summed, k == 0 ? rows : nullptr, put);
      biasSums<T>(layer.biasGradient, layer.width, above, stride, summed, put);
      if (k == 0 && !net.normalized) break;
      const Product<T> product_ = {layer.weights, 1,       layer.inputWidth, above,       stride, below,
                                   stride,        nullptr, k > 0 ? affine[k - 1] : nullptr, layer.width, columns};
      product<T>(product_, 0, layer.inputWidth, pack);
      T *const swap = above;
      above = below;
      below = swap;
    }
    if (net.normalized) {
      T *gamma = array(net.gradient);
      scale<T>(inputPanel, above, stride, net.inputWidth, columns);
      biasSums<T>(gamma, net.inputWidth, inputPanel, stride, summed, put);
      biasSums<T>(gamma + net.inputWidth, net.inputWidth, above, stride, summed, put);
    }
  }

  void shallowBackward(bool reluOnly, int summed) {
    const Put<T> put(net);
    const Weights<T> hidden = weights(0), output = weights(1);
    if (reluOnly) reluBackward<T>(hidden, output, panel[1], stride, inputPanel, delta, summed, net);
    else smoothBackward<T>(hidden, output, panel[1], affine[0], stride, inputPanel, delta, summed, put);
    biasSums<T>(output.biasGradient, 1, delta, stride, summed, put);
  }

  /** Adds the gradient of a group of panels to the wide sums; the first group replaces them. */
  void addGroup(bool first) {
    double *wide = memory.at<double>(net.wide);
    const T *gradient = array(net.gradient);
    for (int i = 0; i < net.dimension; i++) wide[i] = first ? (double)gradient[i] : wide[i] + (double)gradient[i];
  }

  /** The gradient from its wide sums. Those of relu networks are not yet what `finishRelu` makes of them. */
  void finishGroups(bool reluOnly) {
    const double *wide = memory.at<double>(net.wide);
    const double numerator = reluOnly ? 1 : net.numerator, denominator = reluOnly ? 1 : net.denominator;
    T *gradient = array(net.gradient);
    for (int i = 0; i < net.dimension; i++) gradient[i] = (T)((wide[i] * numerator) / denominator);
    if (!reluOnly) return;
    finishRelu<T>(weights(0), weights(1), net);
    T &bias = *weights(1).biasGradient;
    bias = (T)(((double)bias * net.numerator) / net.denominator);
  }

  double risk(int count, const uint32_t *indices, bool withGradient) {
    const T *inputs = array(net.inputs), *targets = array(net.targets);
    if (net.normalized) {
      columnStatistics<T>(memory.at<double>(net.means), memory.at<double>(net.scales), inputs, net.inputWidth, indices,
                          count);
    }
    net.lossSum = 0;
    net.targetSum = 0;
    net.unit = 1;
    net.targetUnit = 1;
    const bool shallow = net.depth == 2 && net.inputWidth == 1 && layers[1].width == 1 && !net.normalized;
    const bool reluOnly = shallow && net.activation == ACTIVATION_relu && net.kink == 0;
    const int panels = (count + perPanel - 1) / perPanel;
    // f32 over many panels is added in groups of panels, whose sums are added in f64
    const bool grouped = sizeof(T) == 4 && count > panelsPerGroup * net.capacity && withGradient;
    for (int p = 0; p < panels; p++) {
      const int first = p * perPanel;
      const int here = count - first < perPanel ? count - first : perPanel;
      const int columns = roundUp<T>(here), summed = summedColumns<T>(here);
      const uint32_t *batch = indices ? indices + first : nullptr;
      gather<T>(inputPanel, stride, columns, {inputs, net.inputWidth, batch, first, here});
      gather<T>(targetPanel, stride, columns, {targets, net.targetWidth, batch, first, here});
      forward(columns);
      panelLoss<T>(net, layers[net.depth - 1].width, delta, outputs(), targetPanel, stride, columns, here);
      if (!withGradient) continue;
      const bool last = p + 1 == panels;
      net.first = grouped ? p % panelsPerGroup == 0 : p == 0;
      net.last = last && !grouped;
      if (last) setFactor(net, count);
      // the last row is read in whole vectors, past its end, which is memory of the host all the same
      const bool direct = !indices && !net.normalized && summed == here && net.inputWidth >= lanes<T>;
      if (shallow) shallowBackward(reluOnly, summed);
      else backward(columns, summed, direct ? inputs + (size_t)first * (size_t)net.inputWidth : nullptr);
      if (grouped && (last || (p + 1) % panelsPerGroup == 0)) addGroup(p < panelsPerGroup);
    }
    if (grouped) finishGroups(reluOnly);
    return lossValue(net, count);
  }

  void realize(const T *rows, T *out, int count) {
    const int columns = roundUp<T>(count);
    gather<T>(inputPanel, stride, columns, {rows, net.inputWidth, nullptr, 0, count});
    forward(columns);
    scatter<T>(out, layers[net.depth - 1].width, outputs(), stride, count);
  }
};

/** Whether these kernels have what a network needs, of a batch or of all samples; linear splines are faster in the portable kernels. */
template <class T> bool canCompute(const Network &net, bool batch) {
  return hasLoss<T>(net) && activationOf<T>(net.activation).rows && (batch || !net.spline);
}

/** The risk; false if it is left to the portable kernels: the network, memory, or sums that need other units. */
template <class T>
bool risk(const Memory &memory, Network &net, int count, Address indices, bool withGradient, Scratch &scratch,
          double &value) {
  if (!canCompute<T>(net, indices != 0)) return false;
  Call<T> call(memory, net);
  const int panels = (count + net.capacity - 1) / net.capacity;
  if (!call.begin(scratch, (count + panels - 1) / panels)) return false;
  value = call.risk(count, indices ? memory.at<uint32_t>(indices) : nullptr, withGradient);
  return keepsDigits<T>(net);
}

template <class T>
bool realize(const Memory &memory, Network &net, Address rows, Address out, int count, Scratch &scratch) {
  if (!canCompute<T>(net, true)) return false;
  Call<T> call(memory, net);
  if (!call.begin(scratch, count)) return false;
  call.realize(memory.at<T>(rows), memory.at<T>(out), count);
  return true;
}

} // namespace
