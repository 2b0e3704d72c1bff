// Products of row-major matrices: assembly/matmul.ts, every entry a sum in the order of k from 0 on.
#pragma once

#include "products.hpp"
#include "memory.hpp"
#include "scratch.hpp"

namespace {

/** Columns of the answer that are made at a time. */
constexpr int answerBlock = 256;

/** out = a·b (added to what is there if `add`), out: m × n; a m × k, or k × m if transposed, b k × n, or n × k. */
template <class T>
bool matmul(const Memory &memory, Address a, Address b, Address out, int m, int k, int n, bool transposeA,
                   bool transposeB, bool add, Scratch &scratch) {
  if (k == 0) return false;
  constexpr ptrdiff_t blockStride = panelStride<T>(answerBlock);
  const int terms = k < termBlock ? k : termBlock;
  Plan plan;
  const size_t panelAt = plan.reserve((size_t)terms * (size_t)blockStride, sizeof(T));
  const size_t packAt = plan.reserve((size_t)tileRows * termBlock, sizeof(T));
  const size_t sumsAt = plan.reserve(add ? (size_t)m * answerBlock : 0, sizeof(T));
  if (!makeRoom(scratch, plan.bytes)) return false;
  T *panel = (T *)(scratch.block + panelAt);
  T *pack = (T *)(scratch.block + packAt);
  T *sums = (T *)(scratch.block + sumsAt);
  const T *left = memory.at<T>(a), *right = memory.at<T>(b);
  T *answer = memory.at<T>(out);
  for (int column = 0; column < n; column += answerBlock) {
    const int columns = n - column < answerBlock ? n - column : answerBlock;
    const int whole = roundUp<T>(columns);
    for (int from = 0; from < k; from += termBlock) {
      const int here = k - from < termBlock ? k - from : termBlock;
      if (transposeB) {
        transposePanel<T>(right + (ptrdiff_t)column * k + from, k, columns, here, panel, blockStride);
      } else {
        for (int l = 0; l < here; l++) {
          T *to = panel + l * blockStride;
          memcpy(to, right + (ptrdiff_t)(from + l) * n + column, (size_t)columns * sizeof(T));
          for (int c = columns; c < whole; c++) to[c] = 0;
        }
      }
      T *to = add ? sums : answer + column;
      const ptrdiff_t toStride = add ? answerBlock : n;
      const ptrdiff_t rowStep = transposeA ? 1 : k, step = transposeA ? m : 1;
      const Product<T> p = {left + from * step, rowStep, step, panel, blockStride, to, toStride, nullptr, nullptr, here, columns};
      product<T>(p, 0, m, pack, from > 0);
    }
    if (!add) continue;
    for (int r = 0; r < m; r++) {
      T *to = answer + (ptrdiff_t)r * n + column;
      for (int c = 0; c < columns; c++) to[c] = to[c] + sums[(ptrdiff_t)r * answerBlock + c];
    }
  }
  return true;
}

} // namespace
