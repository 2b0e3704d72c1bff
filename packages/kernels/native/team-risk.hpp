// Loss and gradient by several threads, with the bits of one: forward and backward products are shared by samples, sums over
// samples by rows of their results, and every sum is added by one thread in its usual order.
#pragma once

#include "network.hpp"
#include "team.hpp"

namespace {

template <class T> struct TeamRisk {
  Call<T> &call;
  Network &net;
  const int count, threads, panelsAtOnce;
  const uint32_t *const indices;
  const bool withGradient;
  const int panels;
  const bool grouped, shallow;
  Barrier barrier;
  /** Of the panels that are at hand. */
  struct Loss {
    double lossSum, targetSum;
  } *losses;

  TeamRisk(Call<T> &call_, int count_, const uint32_t *indices_, bool withGradient_, int threads_, int panelsAtOnce_,
           void *losses_)
      : call(call_), net(call_.net), count(count_), threads(threads_), panelsAtOnce(panelsAtOnce_), indices(indices_),
        withGradient(withGradient_), panels((count_ + call_.perPanel - 1) / call_.perPanel),
        grouped(call_.isGrouped(count_, withGradient_)), shallow(call_.isShallow()), losses((Loss *)losses_) {
    barrier.threads = threads;
  }

  /** Where the t-th of equal shares of n things begins; shares are whole multiples of `step`. */
  int share(int n, int t, int step) const {
    const int steps = (n + step - 1) / step;
    const int begin = (int)((int64_t)steps * t / threads) * step;
    return begin < n ? begin : n;
  }

  /** Calls f(panel, column in the panel, columns, place) for this thread's share of the columns of panels. */
  template <class F> void forPieces(int from, int to, int thread, F f) const {
    int columns = 0;
    for (int p = from; p < to; p++) columns += roundUp<T>(call.samplesOf(p, count));
    // whole tiles, if there are enough of them
    const int step = columns >= 8 * lanes<T> * threads ? 4 * lanes<T> : lanes<T>;
    const int begin = share(columns, thread, step), end = share(columns, thread + 1, step);
    int before = 0;
    for (int p = from; p < to; p++) {
      const int here = roundUp<T>(call.samplesOf(p, count));
      const int a = begin > before ? begin - before : 0, b = end < before + here ? end - before : here;
      if (a < b) f(p, a, b - a, (ptrdiff_t)(p - from) * call.panelColumns + a);
      before += here;
    }
  }

  void panelLosses(int from, int to, int thread) {
    const int depth = net.depth;
    for (int p = from + thread; p < to; p += threads) {
      Network own = net;
      own.lossSum = 0;
      own.targetSum = 0;
      const ptrdiff_t at = (ptrdiff_t)(p - from) * call.panelColumns;
      const int here = call.samplesOf(p, count);
      panelLoss<T>(own, call.layers[depth - 1].width, call.cotangent[depth] + at, call.outputs() + at,
                   call.targetPanel + at, call.stride, roundUp<T>(here), here);
      losses[p - from] = {own.lossSum, own.targetSum};
    }
  }

  void pullBackPiece(int columns, ptrdiff_t at, int thread) {
    T *const pack = call.packs + (size_t)thread * tileRows * termBlock;
    for (int k = net.depth - 1; k > 0 || (k == 0 && net.normalized); k--) call.pullBack(k, at, columns, pack);
    if (net.normalized) call.scaleInputs(at, columns);
  }

  /** This thread's rows of the gradient, over one panel after the other. */
  void gradientRows(int from, int to, int thread) {
    T *const transposed = call.transposed + (size_t)thread * call.transposedSize;
    const auto forPanels = [&](auto f) {
      for (int p = from; p < to; p++) {
        Accumulation sums = net;
        sums.first = grouped ? p % panelsPerGroup == 0 : p == 0;
        sums.last = p + 1 == panels && !grouped;
        f(p, (ptrdiff_t)(p - from) * call.panelColumns, summedColumns<T>(call.samplesOf(p, count)), sums);
      }
    };
    if (shallow) {
      const int begin = share(call.layers[0].width, thread, 4), end = share(call.layers[0].width, thread + 1, 4);
      forPanels([&](int, ptrdiff_t at, int summed, const Accumulation &sums) {
        call.shallowGradient(begin, end, thread == 0, at, summed, sums);
      });
      return;
    }
    for (int k = net.depth - 1; k >= 0; k--) {
      const int width = call.layers[k].width;
      const int step = sumAcross<T>(width, call.layers[k].inputWidth) ? lanes<T> : tileRows;
      const int begin = share(width, thread, step), end = share(width, thread + 1, step);
      if (begin == end) continue;
      forPanels([&](int p, ptrdiff_t at, int summed, const Accumulation &sums) {
        const T *rows = k == 0 ? call.directRows(p, count, indices) : nullptr;
        call.layerGradient(k, begin, end, at, summed, rows, Put<T>(sums), transposed);
      });
    }
    if (!net.normalized) return;
    const int begin = share(net.inputWidth, thread, 1), end = share(net.inputWidth, thread + 1, 1);
    forPanels([&](int, ptrdiff_t at, int summed, const Accumulation &sums) {
      call.normalizationGradient(begin, end, at, summed, Put<T>(sums));
    });
  }

  void run(int thread) {
    for (int from = 0; from < panels;) {
      int to = from + panelsAtOnce < panels ? from + panelsAtOnce : panels;
      const int groupEnd = (from / panelsPerGroup + 1) * panelsPerGroup;
      if (grouped && to > groupEnd) to = groupEnd;
      forPieces(from, to, thread, [&](int p, int column, int columns, ptrdiff_t at) {
        call.loadPanel(p, column, columns, at, count, indices);
        call.forward(at, columns, p * call.perPanel + column);
      });
      barrier.wait();
      panelLosses(from, to, thread);
      barrier.wait();
      if (thread == 0) {
        for (int p = from; p < to; p++) {
          net.lossSum += losses[p - from].lossSum;
          net.targetSum += losses[p - from].targetSum;
        }
        if (to == panels) setFactor(net, count);
      }
      if (withGradient) {
        if (!shallow) {
          forPieces(from, to, thread,
                    [&](int, int, int columns, ptrdiff_t at) { pullBackPiece(columns, at, thread); });
        }
        barrier.wait();
        gradientRows(from, to, thread);
        barrier.wait();
        if (grouped && (to == panels || to == groupEnd)) {
          call.addGroup(to <= panelsPerGroup, share(net.dimension, thread, 16), share(net.dimension, thread + 1, 16));
        }
      }
      from = to;
    }
  }

  static void work(void *context, int thread) { ((TeamRisk *)context)->run(thread); }
};

/** Multiplications and additions below which a call is left to one thread: about 0.3 ms. */
template <class T> constexpr double worthThreads = sizeof(T) == 8 ? 1e7 : 2e7;

/** How many threads may share a call. */
template <class T> int threadsFor(const Network &net, const Layer *layers, int count, int allowed, bool withGradient) {
  if (allowed < 2) return 1;
  double perSample = 0;
  for (int k = 0; k < net.depth; k++) {
    // an activation and its slope cost about as much as 40 operations
    perSample += (withGradient ? 6.0 : 2.0) * layers[k].inputWidth * layers[k].width + 40.0 * layers[k].width;
  }
  return perSample * count < worthThreads<T> ? 1 : allowed;
}

/** The risk by a team; false if it is left to one thread. */
template <class T>
bool teamRisk(const Memory &memory, Network &net, int count, const uint32_t *indices, bool withGradient, int threads,
              Scratch &scratch, double &value) {
  Call<T> call(memory, net);
  const int panels = (count + net.capacity - 1) / net.capacity;
  const int panelsAtOnce = panels < threads ? panels : threads;
  double losses[2 * mostThreads];
  if (!call.begin(scratch, (count + panels - 1) / panels, panelsAtOnce, threads)) return false;
  TeamRisk<T> team(call, count, indices, withGradient, threads, panelsAtOnce, losses);
  call.start(count, indices);
  if (!runTogether(scratch.team, threads, TeamRisk<T>::work, &team)) return false;
  if (team.grouped) call.finishGroups(team.shallow && call.isRelu());
  value = lossValue(net, count);
  return true;
}

} // namespace
