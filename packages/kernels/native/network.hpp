// Loss and gradient of a dense network: assembly/dense-network.ts in its order of sums, with panels in scratch memory.
#pragma once

#include "activations.hpp"
#include "constants.hpp"
#include "frozen.hpp"
#include "gather.hpp"
#include "losses.hpp"
#include "memory.hpp"
#include "normalization.hpp"
#include "scratch.hpp"
#include "shallow.hpp"
#include "sums.hpp"

namespace {

/** A network with the panels of one call. Where threads share it, several panels lie side by side. */
template <class T> struct Call {
  const Memory &memory;
  Network &net;
  const Layer *layers;
  /** Samples per panel, and columns from one panel to the next. */
  int perPanel, panelColumns;
  ptrdiff_t stride;
  T *inputPanel, *targetPanel;
  /** What each layer acts on, zᵏ, which its slopes replace, and the cotangents of inputs and zᵏ, k = 1 … */
  T **panel, **affine, **cotangent;
  /** For each thread: a transposed panel, and rows of a transposed matrix. */
  T *transposed, *packs;
  size_t transposedSize;
  ptrdiff_t transposedStride;
  Activate<T> activate;

  Call(const Memory &m, Network &n)
      : memory(m), net(n), layers(m.at<Layer>(n.layers)), activate(activationOf<T>(n.activation)) {}

  /** Takes scratch memory for `panels` panels of at most `columns` samples side by side. */
  bool begin(Scratch &scratch, int columns, int panels = 1, int threads = 1) {
    perPanel = columns;
    panelColumns = roundUp<T>(columns);
    stride = panelStride<T>(panelColumns * panels);
    const int depth = net.depth;
    int widest = net.inputWidth;
    for (int k = 0; k < depth; k++) widest = layers[k].width > widest ? layers[k].width : widest;
    transposedStride = panelStride<T>(roundUp<T>(widest));
    Plan plan;
    const size_t pointers = plan.reserve(3 * (size_t)depth + 1, sizeof(T *));
    const auto reserve = [&](int width) { return plan.reserve((size_t)width * (size_t)stride, sizeof(T)); };
    const size_t inputAt = reserve(net.inputWidth);
    const size_t targetAt = reserve(net.targetWidth);
    transposedSize = (size_t)panelColumns * (size_t)transposedStride;
    const size_t transposedAt = plan.reserve((size_t)threads * transposedSize, sizeof(T));
    const size_t packAt = plan.reserve((size_t)threads * tileRows * termBlock, sizeof(T));
    const size_t panelsAt = plan.bytes;
    // one thread needs the cotangents of two layers at a time only
    const int kept = threads > 1 ? depth + 1 : 2;
    const auto widthOfCotangent = [&](int k) {
      return threads == 1 ? widest : k == 0 ? net.inputWidth : layers[k - 1].width;
    };
    for (int k = 0; k < depth; k++) {
      if (k > 0 || net.normalized) reserve(layers[k].inputWidth);
      reserve(layers[k].width);
    }
    for (int k = 0; k < kept; k++) reserve(widthOfCotangent(k));
    if (!makeRoom(scratch, plan.bytes)) return false;
    char *const block = scratch.block;
    panel = (T **)(block + pointers);
    affine = panel + depth;
    cotangent = affine + depth;
    inputPanel = (T *)(block + inputAt);
    targetPanel = (T *)(block + targetAt);
    transposed = (T *)(block + transposedAt);
    packs = (T *)(block + packAt);
    Plan again;
    again.bytes = panelsAt;
    const auto take = [&](int width) {
      return (T *)(block + again.reserve((size_t)width * (size_t)stride, sizeof(T)));
    };
    for (int k = 0; k < depth; k++) {
      const bool own = k > 0 || net.normalized;
      panel[k] = own ? take(layers[k].inputWidth) : inputPanel;
      affine[k] = take(layers[k].width);
    }
    for (int k = 0; k <= depth; k++) cotangent[k] = k < kept ? take(widthOfCotangent(k)) : cotangent[k - 2];
    return true;
  }

  T *array(Address address) const { return memory.at<T>(address); }
  T *outputs() const { return affine[net.depth - 1]; }
  Weights<T> weights(int k) const {
    const Layer &layer = layers[k];
    return {layer.inputWidth,      layer.width, array(layer.weights), array(layer.biases), array(layer.weightGradient),
            array(layer.biasGradient)};
  }

  void normalizeInputs(ptrdiff_t at, int columns) {
    const T *gamma = array(net.theta);
    normalize<T>(panel[0] + at, inputPanel + at, stride, columns, net.inputWidth, memory.at<double>(net.means),
                 memory.at<double>(net.scales), gamma, gamma + net.inputWidth);
  }

  /** Inputs and targets of the samples of panel p, from its column `from` on, into column `at` of the panels. */
  void loadPanel(int p, int from, int columns, ptrdiff_t at, int count, const uint32_t *indices) {
    const int first = p * perPanel + from;
    const int here = samplesOf(p, count) - from < columns ? samplesOf(p, count) - from : columns;
    const uint32_t *batch = indices ? indices + first : nullptr;
    gather<T>(inputPanel + at, stride, columns, {array(net.inputs), net.inputWidth, batch, first, here});
    gather<T>(targetPanel + at, stride, columns, {array(net.targets), net.targetWidth, batch, first, here});
  }
  int samplesOf(int p, int count) const {
    const int rest = count - p * perPanel;
    return rest < perPanel ? rest : perPanel;
  }

  /** Activates rows from `r` on of a layer: by zᵏ, or by the slopes that are given on samples from `first` on. */
  void activateRows(const Shape &shape, int k, int r, int rows, ptrdiff_t at, int columns, int first) {
    T *const out = panel[k + 1] + at + r * stride, *const z = affine[k] + at + r * stride;
    if (!layers[k].frozen) {
      activate.rows(shape, out, z, stride, rows, columns);
      return;
    }
    const ptrdiff_t slopeStride = (ptrdiff_t)(net.frozenStride / sizeof(T));
    freeze<T>(out, z, stride, array(layers[k].frozen) + r * slopeStride + first, slopeStride, rows, columns);
  }

  /** Outputs of the samples from `first` on in columns of the input panel; slopes A'(zᵏ) are left in the affine panels. */
  void forward(ptrdiff_t at, int columns, int first) {
    if (net.normalized) normalizeInputs(at, columns);
    const Shape shape = {net.parameter, net.kink};
    for (int k = 0; k < net.depth; k++) {
      const Weights<T> layer = weights(k);
      T *const z = affine[k] + at;
      const Product<T> product_ = {layer.weights, layer.inputWidth, 1,       panel[k] + at,    stride, z,
                                   stride,        layer.biases,     nullptr, layer.inputWidth, columns};
      const bool last = k + 1 == net.depth;
      // rows are activated while they are near; with many inputs all rows share a part of the right operand instead
      const int step = layer.inputWidth > termBlock ? layer.width : 24;
      for (int r = 0; r < layer.width; r += step) {
        const int rows = layer.width - r < step ? layer.width - r : step;
        product<T>(product_, r, rows, nullptr);
        if (!last) activateRows(shape, k, r, rows, at, columns, first);
      }
    }
  }

  /** Rows `from` … `to` − 1 of dW and db of a layer, over the samples of a panel: rows of samples are the right
   * operand, or for few inputs the cotangents of samples. `rows` are the samples' rows of data if they need no copy. */
  void layerGradient(int k, int from, int to, ptrdiff_t at, int summed, const T *rows, const Put<T> &put,
                     T *transposedHere) {
    const Weights<T> layer = weights(k);
    const T *const above = cotangent[k + 1] + at + from * stride, *const below = panel[k] + at;
    T *const out = layer.weightGradient + (ptrdiff_t)from * layer.inputWidth;
    const int some = to - from;
    if (sumAcross<T>(layer.width, layer.inputWidth)) {
      transposePanel<T>(above, stride, some, summed, transposedHere, transposedStride);
      weightSumsAcross<T>(out, some, layer.inputWidth, transposedHere, transposedStride, summed, below, stride, put);
    } else if (rows) {
      weightSums<T>(out, some, layer.inputWidth, above, stride, summed, rows, layer.inputWidth, put);
    } else {
      transposePanel<T>(below, stride, layer.inputWidth, summed, transposedHere, transposedStride);
      weightSums<T>(out, some, layer.inputWidth, above, stride, summed, transposedHere, transposedStride, put);
    }
    biasSums<T>(layer.biasGradient + from, some, above, stride, summed, put);
  }

  /** The cotangent of what a layer acts on, times the slopes there, from the cotangent of its outputs. */
  void pullBack(int k, ptrdiff_t at, int columns, T *pack) {
    const Weights<T> layer = weights(k);
    const Product<T> product_ = {layer.weights, 1,       layer.inputWidth, cotangent[k + 1] + at, stride, cotangent[k] + at,
                                 stride,        nullptr, k > 0 ? affine[k - 1] + at : nullptr, layer.width, columns};
    product<T>(product_, 0, layer.inputWidth, pack);
  }

  /** The cotangents of γ·x̂ + β become those of γ, too. */
  void scaleInputs(ptrdiff_t at, int columns) {
    scale<T>(inputPanel + at, cotangent[0] + at, stride, net.inputWidth, columns);
  }
  /** Entries `from` … `to` − 1 of the gradients of γ and β. */
  void normalizationGradient(int from, int to, ptrdiff_t at, int summed, const Put<T> &put) {
    T *const gamma = array(net.gradient) + from;
    biasSums<T>(gamma, to - from, inputPanel + at + from * stride, stride, summed, put);
    biasSums<T>(gamma + net.inputWidth, to - from, cotangent[0] + at + from * stride, stride, summed, put);
  }

  /** The samples' rows of data, if they can be read as they are: the last one is read in whole vectors, past its end, which
   * is memory of the host all the same. */
  const T *directRows(int p, int count, const uint32_t *indices) const {
    const int here = samplesOf(p, count);
    const bool direct = !indices && !net.normalized && summedColumns<T>(here) == here && net.inputWidth >= lanes<T>;
    return direct ? array(net.inputs) + (size_t)p * (size_t)perPanel * (size_t)net.inputWidth : nullptr;
  }

  /** Adds a panel's share of the gradient. */
  void backward(int columns, int summed, const T *rows) {
    const Put<T> put(net);
    for (int k = net.depth - 1; k >= 0; k--) {
      layerGradient(k, 0, layers[k].width, 0, summed, k == 0 ? rows : nullptr, put, transposed);
      if (k > 0 || net.normalized) pullBack(k, 0, columns, packs);
    }
    if (!net.normalized) return;
    scaleInputs(0, columns);
    normalizationGradient(0, net.inputWidth, 0, summed, put);
  }

  bool isShallow() const {
    return net.depth == 2 && net.inputWidth == 1 && layers[1].width == 1 && !net.normalized;
  }
  /** Whether the sign of A says all about A'. */
  bool isRelu() const { return net.activation == ACTIVATION_relu && net.kink == 0 && !layers[0].frozen; }

  /** A panel's share of the gradient of a shallow network: that of neurons `from` … `to` − 1, and of the last bias. */
  void shallowGradient(int from, int to, bool withBias, ptrdiff_t at, int summed, const Accumulation &sums) {
    const Put<T> put(sums);
    const Weights<T> all = weights(0), output = weights(1);
    const Weights<T> hidden = {1, to - from, all.weights + from, all.biases + from, all.weightGradient + from,
                               all.biasGradient + from};
    const Weights<T> over = {to - from, 1, output.weights + from, output.biases, output.weightGradient + from,
                             output.biasGradient};
    const T *const values = panel[1] + at + from * stride, *const slopes = affine[0] + at + from * stride;
    const T *const x = inputPanel + at, *const delta = cotangent[2] + at;
    if (isRelu()) reluBackward<T>(hidden, over, values, stride, x, delta, summed, sums);
    else smoothBackward<T>(hidden, over, values, slopes, stride, x, delta, summed, put);
    if (withBias) biasSums<T>(output.biasGradient, 1, delta, stride, summed, put);
  }

  /** Adds entries `from` … `to` − 1 of the gradient of a group of panels to the wide sums; the first group replaces them. */
  void addGroup(bool first, int from, int to) {
    double *wide = memory.at<double>(net.wide);
    const T *gradient = array(net.gradient);
    for (int i = from; i < to; i++) wide[i] = first ? (double)gradient[i] : wide[i] + (double)gradient[i];
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

  /** Whether sums over so many samples are taken over groups of panels, in f32, and then in f64. */
  bool isGrouped(int count, bool withGradient) const {
    return sizeof(T) == 4 && count > panelsPerGroup * net.capacity && withGradient;
  }

  /** What precedes the first panel. */
  void start(int count, const uint32_t *indices) {
    if (net.normalized) {
      columnStatistics<T>(memory.at<double>(net.means), memory.at<double>(net.scales), array(net.inputs), net.inputWidth,
                          indices, count);
    }
    net.lossSum = 0;
    net.targetSum = 0;
    net.unit = 1;
    net.targetUnit = 1;
  }

  double risk(int count, const uint32_t *indices, bool withGradient) {
    start(count, indices);
    const bool shallow = isShallow();
    const int panels = (count + perPanel - 1) / perPanel;
    const bool grouped = isGrouped(count, withGradient);
    for (int p = 0; p < panels; p++) {
      const int here = samplesOf(p, count);
      const int columns = roundUp<T>(here), summed = summedColumns<T>(here);
      loadPanel(p, 0, columns, 0, count, indices);
      forward(0, columns, p * perPanel);
      panelLoss<T>(net, layers[net.depth - 1].width, cotangent[net.depth], outputs(), targetPanel, stride, columns, here);
      if (!withGradient) continue;
      const bool last = p + 1 == panels;
      net.first = grouped ? p % panelsPerGroup == 0 : p == 0;
      net.last = last && !grouped;
      if (last) setFactor(net, count);
      if (shallow) shallowGradient(0, layers[0].width, true, 0, summed, net);
      else backward(columns, summed, directRows(p, count, indices));
      if (grouped && (last || (p + 1) % panelsPerGroup == 0)) addGroup(p < panelsPerGroup, 0, net.dimension);
    }
    if (grouped) finishGroups(shallow && isRelu());
    return lossValue(net, count);
  }

  void realize(const T *rows, T *out, int count) {
    const int columns = roundUp<T>(count);
    gather<T>(inputPanel, stride, columns, {rows, net.inputWidth, nullptr, 0, count});
    forward(0, columns, 0);
    scatter<T>(out, layers[net.depth - 1].width, outputs(), stride, count);
  }
};

/** Whether these kernels have what a network needs, of a batch or of all samples; linear splines are faster in the portable kernels. */
template <class T> bool canCompute(const Network &net, bool batch) {
  return hasLoss<T>(net) && activationOf<T>(net.activation).rows && (batch || !net.spline);
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
