import { product } from './products';
import { PAIR, VECTOR } from './simd';

/** Columns of the answer that are made at a time. */
export const BLOCK: usize = 64;

/**
 * out = a·b (added to what is there if `add`), row-major, out: m × n. a is m × k, or k × m if transposed; b is
 * k × n, or n × k if transposed. `scratch` holds k × 64 (a packed block of b), 4 × k (packed rows of a transposed
 * a) and 4 × 64 numbers (rows of the answer).
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
  const block = BLOCK * sizeof<T>();
  const outStep = <usize>n * sizeof<T>();
  const panel = scratch;
  const packed = panel + <usize>k * block;
  const tile = packed + 4 * roundUp(<usize>k * sizeof<T>());
  for (let column: usize = 0; column < outStep; column += block) {
    const used = min<usize>(outStep - column, block);
    const columns = (used + PAIR - 1) & ~(PAIR - 1);
    if (transposeB) packColumns<T>(panel, columns, b, column, used, k);
    else packRows<T>(panel, columns, b + column, used, outStep, k);
    for (let i = 0; i < m; i += 4) {
      const rows = min(m - i, 4);
      let from = a + <usize>i * <usize>k * sizeof<T>();
      if (transposeA) {
        gatherColumns<T>(packed, a + <usize>i * sizeof<T>(), rows, <usize>m * sizeof<T>(), k);
        from = packed;
      }
      const rowStep = <usize>k * sizeof<T>();
      product<T>(tile, columns, columns, rows, 0, from, rowStep, k, panel, columns);
      for (let r = 0; r < rows; r++) {
        const to = out + <usize>(i + r) * outStep + column;
        put<T>(to, tile + <usize>r * columns, used, add);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function roundUp(size: usize): usize {
  return (size + VECTOR - 1) & ~(VECTOR - 1);
}

/** panel[l] = b[l, column…], padded with zeros. */
function packRows<T>(
  panel: usize,
  columns: usize,
  b: usize,
  used: usize,
  step: usize,
  k: i32,
): void {
  for (let l = 0; l < k; l++) {
    memory.copy(panel, b, used);
    memory.fill(panel + used, 0, columns - used);
    panel += columns;
    b += step;
  }
}

/** panel[l] = b[column…, l], padded with zeros; b has rows of k. */
function packColumns<T>(
  panel: usize,
  columns: usize,
  b: usize,
  column: usize,
  used: usize,
  k: i32,
): void {
  const step = <usize>k * sizeof<T>();
  for (let c: usize = 0; c < columns; c += sizeof<T>()) {
    let from = b + ((column + c) / sizeof<T>()) * step;
    let to = panel + c;
    for (let l = 0; l < k; l++) {
      store<T>(to, c < used ? load<T>(from) : <T>0);
      from += sizeof<T>();
      to += columns;
    }
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
