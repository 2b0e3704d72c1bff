import { matmulBlock } from './generated/constants';
import { product } from './products';
import { PAIR, VECTOR } from './simd';

/**
 * out = a·b (added to what is there if `add`), row-major, out: m × n. a is m × k, or k × m if transposed; b is
 * k × n, or n × k if transposed. `scratch` holds k × 64 (a packed block of b), 4 × k (packed rows of a transposed
 * a) and 4 × 64 numbers (rows of the answer). The block of b is packed in strips as wide as a tile, each of which
 * stays in the nearest cache while a tile is summed.
 */
export function matmul<T>(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: bool,
  transposeB: bool,
  add: bool,
  scratch: usize,
): void {
  const block = matmulBlock * sizeof<T>();
  const outStep = <usize>n * sizeof<T>();
  const rowStep = <usize>k * sizeof<T>();
  const stripBytes = <usize>k * PAIR;
  const strips = scratch;
  const packed = strips + <usize>k * block;
  const tile = packed + 4 * roundUp(rowStep);
  for (let column: usize = 0; column < outStep; column += block) {
    const used = min<usize>(outStep - column, block);
    if (transposeB) packColumns<T>(strips, b, column, used, k);
    else packRows(strips, b + column, used, outStep, k);
    for (let i = 0; i < m; i += 4) {
      const rows = min(m - i, 4);
      let from = a + <usize>i * rowStep;
      if (transposeA) {
        gatherColumns<T>(packed, a + <usize>i * sizeof<T>(), rows, <usize>m * sizeof<T>(), k);
        from = packed;
      }
      let strip = strips;
      let to = out + <usize>i * outStep + column;
      for (let c: usize = 0; c < used; c += PAIR) {
        if (!add && c + PAIR <= used) {
          product<T>(to, outStep, PAIR, rows, 0, from, rowStep, k, strip, PAIR);
        } else {
          product<T>(tile, PAIR, PAIR, rows, 0, from, rowStep, k, strip, PAIR);
          const width = min<usize>(used - c, PAIR);
          for (let r = 0; r < rows; r++) {
            put<T>(to + <usize>r * outStep, tile + <usize>r * PAIR, width, add);
          }
        }
        strip += stripBytes;
        to += PAIR;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function roundUp(size: usize): usize {
  return (size + VECTOR - 1) & ~(VECTOR - 1);
}

/** strips[s][l] = b[l, columns of strip s], padded with zeros; b begins at the block, with rows of `step` bytes. */
function packRows(strips: usize, b: usize, used: usize, step: usize, k: i32): void {
  for (let c: usize = 0; c < used; c += PAIR) {
    const width = min<usize>(used - c, PAIR);
    let from = b + c;
    for (let l = 0; l < k; l++) {
      if (width == PAIR) {
        v128.store(strips, v128.load(from));
        v128.store(strips, v128.load(from, VECTOR), VECTOR);
      } else {
        memory.fill(strips, 0, PAIR);
        memory.copy(strips, from, width);
      }
      strips += PAIR;
      from += step;
    }
  }
}

/** strips[s][l] = b[columns of strip s, l], padded with zeros; b has rows of k. */
function packColumns<T>(strips: usize, b: usize, column: usize, used: usize, k: i32): void {
  const step = <usize>k * sizeof<T>();
  for (let c: usize = 0; c < used; c += PAIR) {
    for (let lane: usize = 0; lane < PAIR; lane += sizeof<T>()) {
      const inside = c + lane < used;
      let from = b + ((column + c + lane) / sizeof<T>()) * step;
      let to = strips + lane;
      for (let l = 0; l < k; l++) {
        store<T>(to, inside ? load<T>(from) : <T>0);
        from += sizeof<T>();
        to += PAIR;
      }
    }
    strips += <usize>k * PAIR;
  }
}

/** packed[r, l] = a[l, r] for `rows` columns of a. */
function gatherColumns<T>(packed: usize, a: usize, rows: i32, step: usize, k: i32): void {
  for (let r = 0; r < rows; r++) {
    let from = a;
    for (let l = 0; l < k; l++) {
      store<T>(packed, load<T>(from));
      packed += sizeof<T>();
      from += step;
    }
    a += sizeof<T>();
  }
}

function put<T>(to: usize, from: usize, size: usize, add: bool): void {
  if (!add) {
    memory.copy(to, from, size);
    return;
  }
  for (let c: usize = 0; c < size; c += sizeof<T>()) {
    store<T>(to + c, <T>(load<T>(to + c) + load<T>(from + c)));
  }
}
