import { broadcastStrides, sizeOf, stridesOf } from '../shape.js';
import type { Shape } from '../program.js';
import type { InnerLoop } from './inner-loops.js';
import type { Buffer, Step } from './step.js';

/** How two arrays are read to fill a third: rows of n entries that advance by 0 or 1. */
interface Rows {
  readonly n: number;
  readonly da: number;
  readonly db: number;
  /** Where each row starts in the two arrays. */
  readonly a: Uint32Array;
  readonly b: Uint32Array;
}

/** out = u ∘ v, entry by entry with broadcasting. */
export function broadcastLoop(loop: InnerLoop, u: Buffer, v: Buffer, out: Buffer): Step {
  const { n, da, db, a, b } = rowsOf(u.shape, v.shape, out.shape);
  const [first, second, to] = [u.data, v.data, out.data];
  return () => {
    for (let r = 0; r < a.length; r++) {
      loop(first, a[r]!, da, second, b[r]!, db, to, r * n, n);
    }
  };
}

/** The longest rows at the end of the shape over which both arrays advance evenly. */
function rowsOf(u: Shape, v: Shape, out: Shape): Rows {
  const [su, sv] = [broadcastStrides(u, out), broadcastStrides(v, out)];
  const own = stridesOf(out);
  let axis = out.length;
  let n = 1;
  let [da, db] = [0, 0];
  while (axis > 0) {
    const next = axis - 1;
    if (out[next] !== 1) {
      // Advances by 0 or as one long row with the axes after it.
      const [ea, eb] = [Math.sign(su[next]!), Math.sign(sv[next]!)];
      const starts = n === 1;
      if (!starts && (ea !== da || eb !== db)) break;
      if (su[next] !== ea * own[next]! || sv[next] !== eb * own[next]!) break;
      [da, db] = [ea, eb];
      n *= out[next]!;
    }
    axis = next;
  }
  const outer = out.slice(0, axis);
  return {
    n,
    da,
    db,
    a: walk(outer, su.slice(0, axis), 0),
    b: walk(outer, sv.slice(0, axis), 0),
  };
}

/** For each entry of `out` the position of the entry of `input` that is broadcast to it. */
export function positions(input: Buffer, out: Buffer): Uint32Array {
  return walk(out.shape, broadcastStrides(input.shape, out.shape), 0);
}

/** offset + Σ strides[i]·index[i] for every index of `shape` in row-major order. */
export function walk(shape: Shape, strides: readonly number[], offset: number): Uint32Array {
  const result = new Uint32Array(sizeOf(shape));
  let filled = 0;
  const descend = (axis: number, at: number): void => {
    if (axis === shape.length) {
      result[filled++] = at;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) descend(axis + 1, at + i * strides[axis]!);
  };
  descend(0, offset);
  return result;
}
