import type { FloatArray } from '@nonsmooth/kernels';
import { sizeOf } from '../shape.js';
import type { Buffer, MatrixProduct, Step } from './step.js';
import { stridedProduct } from './strided-product.js';

/** A batch of matrices, or of their transposes. */
export interface Factor extends Buffer {
  readonly transposed?: boolean;
}

/**
 * out = a·b for each matrix of the batch; factors marked as transposed hold the transposes. A strong product
 * takes 0·∞ as 0.
 */
export function batchedProduct(
  a: Factor,
  b: Factor,
  out: Buffer,
  strong: boolean,
  product: MatrixProduct | undefined,
): Step {
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a.shape.at(a.transposed ? -2 : -1)!;
  const batch = sizeOf(out.shape.slice(0, -2));
  const [ai, al] = a.transposed ? [1, m] : [k, 1];
  const [bl, bj] = b.transposed ? [1, k] : [n, 1];
  const kernel = m * k * n >= worthACall ? product : undefined;
  const steps = Array.from({ length: batch }, (_, i): Step => {
    const left = a.data.subarray(i * m * k, (i + 1) * m * k);
    const right = b.data.subarray(i * k * n, (i + 1) * k * n);
    const result = out.data.subarray(i * m * n, (i + 1) * m * n);
    const multiply = kernel
      ? byKernel(kernel, rowMajor(left, m, k, a), rowMajor(right, k, n, b), result, m, k, n)
      : (): void => stridedProduct(left, ai, al, right, bl, bj, result, m, k, n);
    if (!strong) return multiply;
    return () => {
      multiply();
      mendProduct(left, ai, al, right, bl, bj, result, k, n);
    };
  });
  return () => {
    for (const step of steps) step();
  };
}

// Below this many multiplications, copying to the kernel's memory costs more than it saves.
const worthACall = 2 ** 17;

/** A row-major matrix and what brings it up to date. */
interface RowMajor {
  readonly data: FloatArray;
  readonly update: Step;
}

function rowMajor(data: FloatArray, rows: number, columns: number, factor: Factor): RowMajor {
  if (!factor.transposed) return { data, update: () => {} };
  const copy = data.slice();
  return {
    data: copy,
    update: () => {
      for (let j = 0; j < columns; j++) {
        for (let i = 0; i < rows; i++) copy[i * columns + j] = data[j * rows + i]!;
      }
    },
  };
}

function byKernel(
  kernel: MatrixProduct,
  a: RowMajor,
  b: RowMajor,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): Step {
  return () => {
    a.update();
    b.update();
    kernel(a.data, b.data, out, m, k, n);
  };
}

/** Sums anew, with strong products, each entry that came out as NaN. */
function mendProduct(
  a: FloatArray,
  ai: number,
  al: number,
  b: FloatArray,
  bl: number,
  bj: number,
  out: FloatArray,
  k: number,
  n: number,
): void {
  for (let at = 0; at < out.length; at++) {
    if (!Number.isNaN(out[at])) continue;
    const i = Math.floor(at / n);
    const j = at % n;
    let total = 0;
    for (let l = 0; l < k; l++) {
      const u = a[i * ai + l * al]!;
      const v = b[l * bl + j * bj]!;
      if (u !== 0 && v !== 0) total += u * v;
    }
    out[at] = total;
  }
}
