// Two ways of sorting in place: for what is unsorted, and for what is nearly sorted. Neither needs memory.

/** Sorts x ascending and moves y along: heapsort, O(n log n) whatever the order. No NaN in x. */
export function sortPairs<T>(x: usize, y: usize, count: i32): void {
  if (isAscending<T>(x, count)) return;
  for (let root = (count >> 1) - 1; root >= 0; root--) siftDown<T>(x, y, root, count);
  for (let end = count - 1; end > 0; end--) {
    swap<T>(x, 0, end);
    swap<T>(y, 0, end);
    siftDown<T>(x, y, 0, end);
  }
}

function isAscending<T>(x: usize, count: i32): bool {
  for (let i = 1; i < count; i++) {
    if (at<T>(x, i) < at<T>(x, i - 1)) return false;
  }
  return true;
}

/** Restores the heap below `root`, whose children are heaps of the first `count` numbers. */
function siftDown<T>(x: usize, y: usize, root: i32, count: i32): void {
  for (let child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && at<T>(x, child) < at<T>(x, child + 1)) child++;
    if (at<T>(x, root) >= at<T>(x, child)) return;
    swap<T>(x, root, child);
    swap<T>(y, root, child);
    root = child;
  }
}

/** Sorts keys ascending: Shell's method, with h ← 3h + 1; few operations if the keys are nearly sorted. */
export function sortKeys(keys: usize, count: i32): void {
  let gap = 1;
  while (gap < count / 3) gap = 3 * gap + 1;
  for (; gap > 0; gap = gap / 3) {
    for (let i = gap; i < count; i++) {
      const key = load<u64>(keys + (<usize>i << 3));
      let to = i;
      for (; to >= gap; to -= gap) {
        const other = load<u64>(keys + (<usize>(to - gap) << 3));
        if (other <= key) break;
        store<u64>(keys + (<usize>to << 3), other);
      }
      store<u64>(keys + (<usize>to << 3), key);
    }
  }
}

// @ts-ignore: decorator
@inline
function at<T>(x: usize, i: i32): T {
  return load<T>(x + <usize>i * sizeof<T>());
}

// @ts-ignore: decorator
@inline
function swap<T>(x: usize, i: i32, j: i32): void {
  const here = x + <usize>i * sizeof<T>();
  const there = x + <usize>j * sizeof<T>();
  const value = load<T>(here);
  store<T>(here, load<T>(there));
  store<T>(there, value);
}
