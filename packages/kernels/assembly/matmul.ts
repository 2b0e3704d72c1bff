import { product } from './products';
import { PAIR } from './simd';

/** Columns of b that are packed at a time. */
export const BLOCK: usize = 64;

/**
 * out = a·b, row-major, a: m × k, b: k × n. Blocks of 64 columns of b are packed into `panel` (k × 64 numbers), four
 * rows of the answer made at a time in `tile` (4 × 64 numbers).
 */
export function matmul<T>(
  a: usize,
  b: usize,
  out: usize,
  m: i32,
  k: i32,
  n: i32,
  panel: usize,
  tile: usize,
): void {
  const rowStep = <usize>k * sizeof<T>();
  const outStep = <usize>n * sizeof<T>();
  for (let column: usize = 0; column < outStep; column += BLOCK * sizeof<T>()) {
    const used = min<usize>(outStep - column, BLOCK * sizeof<T>());
    const columns = (used + PAIR - 1) & ~(PAIR - 1);
    for (let l = 0; l < k; l++) {
      const to = panel + <usize>l * columns;
      memory.copy(to, b + <usize>l * outStep + column, used);
      memory.fill(to + used, 0, columns - used);
    }
    for (let i = 0; i < m; i += 4) {
      const rows = min(m - i, 4);
      const from = a + <usize>i * rowStep;
      product<T>(tile, columns, columns, rows, 0, from, rowStep, k, panel, columns);
      for (let r = 0; r < rows; r++) {
        const to = out + <usize>(i + r) * outStep + column;
        memory.copy(to, tile + <usize>r * columns, used);
      }
    }
  }
}
