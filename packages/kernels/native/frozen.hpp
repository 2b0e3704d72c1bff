// Networks with given slopes: assembly/frozen.ts.
#pragma once

#include "simd.hpp"

namespace {

/** out ← slope·z and z ← slope, for `rows` neurons; slopes of a neuron follow those of another after `slopeStride`. */
template <class T>
void freeze(T *out, T *z, ptrdiff_t stride, const T *slopes, ptrdiff_t slopeStride, int rows, int columns) {
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c += lanes<T>) {
      const Vector<T> slope = load(slopes + c);
      store(out + c, slope * load(z + c));
      store(z + c, slope);
    }
    out += stride;
    z += stride;
    slopes += slopeStride;
  }
}

} // namespace
