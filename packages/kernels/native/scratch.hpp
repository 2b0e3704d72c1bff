// Panels live for one call only: one block per thread of JavaScript, as large as its largest call so far.
#pragma once

#include "team.hpp"

#include <stddef.h>
#include <stdint.h>

/** What calls of one thread of JavaScript share. */
struct Scratch {
  char *block;
  size_t size;
  /** Its helpers, if it has some, and how many threads the call at hand may use. */
  Team *team;
  int threads;
};

/** Parts of a scratch block: first everything is reserved, then the block is made large enough, then parts are taken. */
struct Plan {
  size_t bytes = 0;

  /** Reserves `count` numbers of `size` bytes, and a vector behind them; says where they start. */
  size_t reserve(size_t count, size_t size) {
    const size_t at = bytes;
    bytes += (count * size + 64 + 63) & ~(size_t)63;
    return at;
  }
};

/** Whether the block holds `bytes` now; false when the machine has no memory left. */
bool makeRoom(Scratch &scratch, size_t bytes);

/** A panel's row: whole vectors, an odd number of 64-byte lines, so that rows do not fall on each other in caches. */
template <class T> constexpr ptrdiff_t panelStride(int columns) {
  const ptrdiff_t lines = (columns * (ptrdiff_t)sizeof(T) + 63) / 64;
  return (lines | 1) * 64 / (ptrdiff_t)sizeof(T);
}
