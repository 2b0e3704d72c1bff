// The risk by one thread or several.
#pragma once

#include "team-risk.hpp"

namespace {

/** The risk; false if it is left to the portable kernels: the network, memory, or sums that need other units. */
template <class T>
bool risk(const Memory &memory, Network &net, int count, Address indices, bool withGradient, Scratch &scratch,
          double &value) {
  if (!canCompute<T>(net, indices != 0)) return false;
  Call<T> call(memory, net);
  const uint32_t *const batch = indices ? memory.at<uint32_t>(indices) : nullptr;
  const int threads = threadsFor<T>(net, call.layers, count, scratch.threads, withGradient);
  if (threads > 1 && teamRisk<T>(memory, net, count, batch, withGradient, threads, scratch, value)) {
    return keepsDigits<T>(net);
  }
  const int panels = (count + net.capacity - 1) / net.capacity;
  if (!call.begin(scratch, (count + panels - 1) / panels)) return false;
  value = call.risk(count, batch, withGradient);
  return keepsDigits<T>(net);
}

} // namespace
