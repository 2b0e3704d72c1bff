// Philox4x32-10 (Salmon et al., 2011), a vector of blocks at a time: assembly/random.ts.
#pragma once

#include "simd.hpp"

namespace {

/** The indices of `drawBatch(key, step, samples, …)` of src/random.ts. */
static void drawBatch(uint32_t key0, uint32_t key1, double step, int samples, uint32_t *indices, int count) {
  typedef Bits<double> Words; // 32-bit words in 64-bit lanes
  constexpr int blocks = lanes<double>;
  const uint32_t high = (uint32_t)(step / 4294967296.0);
  const uint32_t low = (uint32_t)(step - (double)high * 4294967296.0);
  const Words word = splatBits<double>(0xffffffff);
  for (int j = 0; j < count; j += 2 * blocks) {
    Words c0, c1 = splatBits<double>(low), c2 = splatBits<double>(high), c3 = splatBits<double>(3);
    for (int b = 0; b < blocks; b++) c0[b] = (uint32_t)(j / 2 + b);
    uint32_t k0 = key0, k1 = key1;
    for (int round = 0; round < 10; round++) {
      const Words p0 = multiplyWords(c0, splatBits<double>(0xd2511f53));
      const Words p1 = multiplyWords(c2, splatBits<double>(0xcd9e8d57));
      c0 = ((p1 >> 32) & word) ^ c1 ^ splatBits<double>(k0);
      c1 = p1 & word;
      c2 = ((p0 >> 32) & word) ^ c3 ^ splatBits<double>(k1);
      c3 = p0 & word;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    const Words pairs[2][2] = {{c0, c1}, {c2, c3}};
    for (int half = 0; half < 2; half++) {
      double draws[blocks];
      // exact: 27 and 26 bits, and a power of two
      const Vector<double> unit =
          (fromWords(pairs[half][0] >> 5) * splat(67108864.0) + fromWords(pairs[half][1] >> 6)) * splat(0x1p-53);
      store(draws, unit * splat((double)samples));
      for (int b = 0; b < blocks && j + 2 * b + half < count; b++) indices[j + 2 * b + half] = (uint32_t)draws[b];
    }
  }
}

} // namespace
