// Rows of samples into the columns of a panel, transposing on the way.

/**
 * panel[i,p] = rows[index(p), i] for `count` samples; index(p) = indices[p], or first + p without indices.
 * The rest of the columns repeats the last sample, so that padding never computes with foreign numbers.
 */
export function gather<T>(
  panel: usize,
  stride: usize,
  columns: usize,
  rows: usize,
  width: i32,
  indices: usize,
  first: i32,
  count: i32,
): void {
  const rowStep = <usize>width * sizeof<T>();
  const end = <i32>(columns / sizeof<T>());
  if (width == 1 && !indices) {
    memory.copy(panel, rows + <usize>first * sizeof<T>(), <usize>count * sizeof<T>());
    const last = load<T>(panel + <usize>(count - 1) * sizeof<T>());
    for (let p = count; p < end; p++) store<T>(panel + <usize>p * sizeof<T>(), last);
    return;
  }
  for (let i = 0; i < width; i += 8) {
    const block = min(width - i, 8);
    for (let p = 0; p < end; p++) {
      const q = min(p, count - 1);
      const index = indices ? load<u32>(indices + ((<usize>q) << 2)) : <u32>(first + q);
      let from = rows + <usize>index * rowStep + <usize>i * sizeof<T>();
      let to = panel + <usize>i * stride + <usize>p * sizeof<T>();
      for (let j = 0; j < block; j++) {
        store<T>(to, load<T>(from));
        from += sizeof<T>();
        to += stride;
      }
    }
  }
}

/** The first `count` columns of a panel back into rows. */
export function scatter<T>(rows: usize, width: i32, panel: usize, stride: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < width; i++) {
      store<T>(rows, load<T>(panel + <usize>i * stride + <usize>p * sizeof<T>()));
      rows += sizeof<T>();
    }
  }
}
