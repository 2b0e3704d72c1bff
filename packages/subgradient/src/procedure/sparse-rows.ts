import type { SparseRow } from '../abs-normal/sparse-matrix.js';
import { kinds, type Tape } from './tape.js';

/**
 * The gradients of many scalars with respect to the inputs as sparse rows: forward through the scalars they depend
 * on, each once. The cost is linear in the entries of all rows on the way.
 */
export function sparseRows(
  tape: Tape,
  scalars: ArrayLike<number>,
  inputCount: number,
): SparseRow[] {
  const isNeeded = needed(tape, scalars);
  const rows: (SparseRow | undefined)[] = [];
  const sum = accumulator(inputCount);
  for (let id = 0; id < isNeeded.length; id++) {
    if (isNeeded[id] === 0) continue;
    switch (tape.kind[id]) {
      case kinds.constant:
        break;
      case kinds.input:
        sum.addEntry(tape.first[id]!, 1);
        break;
      case kinds.sum: {
        const { left, first, right, second, stride, count } = tape.terms(id);
        for (let t = 0, at = second; t < count; t++, at += stride) {
          const u = left[first + t]!;
          const v = right[at]!;
          sum.add(rows[u], tape.value[v]!);
          sum.add(rows[v], tape.value[u]!);
        }
        break;
      }
      default: {
        const { arguments: args, partials } = tape.call(id);
        args.forEach((at, i) => sum.add(rows[at], partials[i]!));
      }
    }
    rows[id] = sum.take();
  }
  return Array.from(scalars, (id) => rows[id]!);
}

/** 1 for the scalars that these depend on, themselves included. */
function needed(tape: Tape, scalars: ArrayLike<number>): Uint8Array {
  let last = -1;
  for (let i = 0; i < scalars.length; i++) last = Math.max(last, scalars[i]!);
  const marks = new Uint8Array(last + 1);
  for (let i = 0; i < scalars.length; i++) marks[scalars[i]!] = 1;
  for (let id = last; id >= 0; id--) {
    if (marks[id] === 0) continue;
    if (tape.kind[id] === kinds.sum) {
      const { left, first, right, second, stride, count } = tape.terms(id);
      for (let t = 0; t < count; t++) {
        marks[left[first + t]!] = 1;
        marks[right[second + t * stride]!] = 1;
      }
    } else if (tape.kind[id] === kinds.call) {
      for (const at of tape.call(id).arguments) marks[at] = 1;
    }
  }
  return marks;
}

interface Accumulator {
  addEntry(index: number, x: number): void;
  add(row: SparseRow | undefined, factor: number): void;
  /** The sum so far as a row without zeros; starts anew. */
  take(): SparseRow;
}

const empty: SparseRow = { indices: new Int32Array(0), values: new Float64Array(0) };

function accumulator(length: number): Accumulator {
  const total = new Float64Array(length);
  const isTouched = new Uint8Array(length);
  const touched = new Int32Array(length);
  let count = 0;
  const addEntry = (index: number, x: number): void => {
    if (isTouched[index] === 0) {
      isTouched[index] = 1;
      touched[count++] = index;
    }
    total[index]! += x;
  };
  return {
    addEntry,
    add(row, factor) {
      if (row === undefined || factor === 0) return;
      const { indices, values } = row;
      for (let k = 0; k < indices.length; k++) addEntry(indices[k]!, factor * values[k]!);
    },
    take() {
      if (count === 0) return empty;
      const indices = touched.slice(0, count).sort();
      const values = new Float64Array(count);
      let kept = 0;
      for (const index of indices) {
        const value = total[index]!;
        total[index] = 0;
        isTouched[index] = 0;
        if (value === 0) continue;
        indices[kept] = index;
        values[kept++] = value;
      }
      count = 0;
      return { indices: indices.slice(0, kept), values: values.slice(0, kept) };
    },
  };
}
