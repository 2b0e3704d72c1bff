import { productError, roundoff, sumError, underflow, upward } from './ball.js';
import { GrowingIntegers } from './growing.js';
import type { ProductExtents } from './scalars.js';

/** The products of a sum, valid until others are asked for: left[first + t]·right[second + t·stride] for t < count, as scalars. */
export interface Terms {
  left: Int32Array;
  first: number;
  right: Int32Array;
  second: number;
  stride: number;
  count: number;
}

/** The factors of all sums of a procedure: in common lists (source 0), or in arrays that a matrix product shares. */
export class Products {
  private readonly left: GrowingIntegers;
  private readonly right: GrowingIntegers;
  /** Factors that sums share, like the rows and columns of a matrix product. */
  private readonly shared: {
    readonly left: Int32Array;
    readonly right: Int32Array;
    readonly stride: number;
  }[] = [];
  private readonly found: Terms = {
    left: new Int32Array(0),
    first: 0,
    right: new Int32Array(0),
    second: 0,
    stride: 1,
    count: 0,
  };

  constructor(capacity: number) {
    this.left = new GrowingIntegers(capacity);
    this.right = new GrowingIntegers(capacity);
  }

  /** Number of products in the common lists. */
  get length(): number {
    return this.left.length;
  }

  /** Adds u·v to the common lists; its position there. */
  push(u: number, v: number): number {
    this.right.push(v);
    return this.left.push(u);
  }

  /** Tells every sum of a batch of matrix products, row-major, where its factors are. */
  matrix(
    left: Int32Array,
    right: Int32Array,
    { m, k, n, batch }: ProductExtents,
    add: (first: number, second: number, count: number, source: number) => number,
  ): Int32Array {
    const source = this.shared.push({ left, right, stride: n });
    const out = new Int32Array(batch * m * n);
    for (let at = 0; at < out.length; at++) {
      const row = Math.floor(at / n);
      out[at] = add(row * k, Math.floor(row / m) * k * n + (at % n), k, source);
    }
    return out;
  }

  terms(first: number, second: number, count: number, source: number): Terms {
    const shared = source === 0 ? undefined : this.shared[source - 1]!;
    const { found } = this;
    found.left = shared?.left ?? this.left.data;
    found.first = first;
    found.right = shared?.right ?? this.right.data;
    found.second = second;
    found.stride = shared?.stride ?? 1;
    found.count = count;
    return found;
  }
}

/** Values, radii and sensitivities of scalars. */
export interface Estimates {
  readonly value: Float64Array;
  readonly radius: Float64Array;
  readonly sensitivity: Float64Array;
}

/** Evaluates a sum of products: exact as long as no rounding happens, else with a bound. */
export function evaluateSum(
  id: number,
  { left, first, right, second, stride, count }: Readonly<Terms>,
  { value, radius, sensitivity }: Estimates,
): void {
  let total = 0;
  let error = 0;
  let growth = 0;
  for (let t = 0, at = second; t < count; t++, at += stride) {
    const u = left[first + t]!;
    const v = right[at]!;
    const x = value[u]!;
    const y = value[v]!;
    const dx = radius[u]!;
    const dy = radius[v]!;
    growth += Math.abs(x) * sensitivity[v]! + Math.abs(y) * sensitivity[u]!;
    if ((x === 0 && dx === 0) || (y === 0 && dy === 0)) continue; // 0 times anything is 0 exactly
    const product = x * y;
    const sum = total + product;
    if (dx === 0 && dy === 0 && error === 0) {
      error = productError(x, y, product) + sumError(total, product, sum);
    } else {
      const size = Math.abs(product);
      error +=
        Math.abs(x) * dy + (Math.abs(y) + dy) * dx + (size + Math.abs(sum)) * roundoff + underflow;
    }
    total = sum;
  }
  value[id] = total;
  radius[id] = upward(error);
  sensitivity[id] = growth;
}
