// Blocks of descent steps: assembly/descent.ts.
#pragma once

#include "random.hpp"
#include "risk.hpp"
#include "update-rules.hpp"

namespace {

/** The loss on the last batch before its update; false if the other steps are left to the portable kernels. */
template <class T>
bool descend(const Memory &memory, Network &net, Descent &state, int steps, double learningRate,
                    Scratch &scratch, double &loss) {
  loss = __builtin_nan("");
  if (!canCompute<T>(net, state.batch != 0) || !canUpdate(state)) return false;
  for (int n = 0; n < steps; n++) {
    bool done;
    if (state.batch) {
      drawBatch(state.key0, state.key1, state.steps, net.samples, memory.at<uint32_t>(net.indices), state.batch);
      done = risk<T>(memory, net, state.batch, net.indices, true, scratch, loss);
    } else {
      done = risk<T>(memory, net, net.samples, 0, true, scratch, loss);
    }
    if (!done) return false;
    state.steps += 1;
    update<T>(memory, state, learningRate, net.dimension);
  }
  return true;
}

} // namespace
