import { sizeOf } from '../shape.js';
import type { Buffer, Step } from './step.js';
import { stridedProduct } from './strided-product.js';

/** A batch of matrices, or of their transposes. */
export interface Factor extends Buffer {
  readonly transposed?: boolean;
}

/** out = a·b with out: m × n and inner length k; a transposed factor holds the transpose of what it stands for. */
export interface ProductShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Which factor the mask belongs to. */
export type Masked = 'none' | 'left' | 'right';

/** out = a·b for each matrix of the batch; entries of a factor whose mask is 0 contribute nothing. */
export function batchedProduct(
  a: Factor,
  b: Factor,
  out: Buffer,
  masked: Masked,
  mask: Factor | undefined,
): Step {
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a.shape.at(a.transposed ? -2 : -1)!;
  const shape = { m, k, n, transposeA: a.transposed ?? false, transposeB: b.transposed ?? false };
  const [ai, al] = shape.transposeA ? [1, m] : [k, 1];
  const [bl, bj] = shape.transposeB ? [1, k] : [n, 1];
  const batch = sizeOf(out.shape.slice(0, -2));
  const parts = Array.from({ length: batch }, (_, i) => ({
    left: a.data.subarray(i * m * k, (i + 1) * m * k),
    right: b.data.subarray(i * k * n, (i + 1) * k * n),
    result: out.data.subarray(i * m * n, (i + 1) * m * n),
  }));
  const mend = mender(a, b, out, masked, mask);
  return () => {
    for (const { left, right, result } of parts) {
      stridedProduct(left, ai, al, right, bl, bj, result, m, k, n);
    }
    mend?.();
  };
}

/** Sums anew, without what is absent, each entry of out = a·b that came out as NaN. */
export function mender(
  a: Factor,
  b: Factor,
  out: Buffer,
  masked: Masked,
  mask: Factor | undefined,
): Step | undefined {
  if (masked === 'none' || mask === undefined) return undefined;
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a.shape.at(a.transposed ? -2 : -1)!;
  const [ai, al] = a.transposed ? [1, m] : [k, 1];
  const [bl, bj] = b.transposed ? [1, k] : [n, 1];
  const isLeft = masked === 'left';
  // The mask may lie transposed where its factor does not.
  const [rows, columns] = isLeft ? [m, k] : [k, n];
  const [mi, mj] = mask.transposed ? [1, rows] : [columns, 1];
  return () => {
    const to = out.data;
    for (let at = 0; at < to.length; at++) {
      if (to[at] === to[at]) continue;
      const part = Math.floor(at / (m * n));
      const i = Math.floor(at / n) % m;
      const j = at % n;
      let total = 0;
      for (let l = 0; l < k; l++) {
        const [row, column] = isLeft ? [i, l] : [l, j];
        if (mask.data[part * rows * columns + row * mi + column * mj] === 0) continue;
        total += a.data[part * m * k + i * ai + l * al]! * b.data[part * k * n + l * bl + j * bj]!;
      }
      to[at] = total;
    }
  };
}
