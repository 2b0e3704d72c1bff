import {
  absolute,
  add,
  fromNumber,
  multiply,
  sign,
  zero,
  type Rational,
} from '../exact/rational.js';
import { productError, roundoff, sumError, underflow, upward } from './ball.js';
import type { ExactValues } from './elementary.js';
import { GrowingFloats, GrowingIntegers } from './growing.js';

/** What a scalar of a tape is. */
export const kinds = { constant: 0, input: 1, absolute: 2, sum: 3, call: 4 } as const;

/** A smooth function of other scalars, with its partial derivatives at their values. */
export interface Call {
  readonly name: string;
  readonly arguments: readonly number[];
  readonly partials: readonly number[];
  readonly partialRadii: readonly number[];
  /** Value and derivative at an exact argument, as far as they are rational; for functions of one. */
  readonly exactly?: (x: Rational) => ExactValues;
}

/**
 * A straight-line procedure of scalars at one point: constants, inputs, |z| of active kinks, sums of products
 * Σ u·v of earlier scalars, and calls of smooth functions. Every scalar has its value with an error bound (0 if
 * no rounding happened); exact rational values are computed where they are asked for.
 */
export interface Tape {
  readonly size: number;
  /** By scalar: kind, value, radius; index of an input or kink, or first product and number of products. */
  readonly kind: Int32Array;
  readonly value: Float64Array;
  readonly radius: Float64Array;
  /** Bound of Σ |∂/∂x_t| over the inputs at the point: the growth of a deviation that tends to 0. */
  readonly sensitivity: Float64Array;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Factors of the products: product t is left[t]·right[t]. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  call(id: number): Call;
  /** The exact value; undefined if it is irrational or would take too long. */
  exact(id: number): Rational | undefined;
}

/** Products in exact arithmetic that one tape may spend, and the size of numbers at which it gives up. */
const exactProducts = 50_000;
const largestExact = 1n << 6000n;

export class TapeBuilder implements Tape {
  private readonly kindList = new GrowingIntegers();
  private readonly valueList = new GrowingFloats();
  private readonly radiusList = new GrowingFloats();
  private readonly sensitivityList = new GrowingFloats();
  private readonly firstList = new GrowingIntegers();
  private readonly countList = new GrowingIntegers();
  private readonly leftList = new GrowingIntegers();
  private readonly rightList = new GrowingIntegers();
  private readonly calls = new Map<number, Call>();
  private readonly constants = new Map<number, number>();
  private readonly exacts = new Map<number, Rational | undefined>();
  private readonly switching: number[] = [];
  private exactSpent = 0;

  get size(): number {
    return this.valueList.length;
  }
  get kind(): Int32Array {
    return this.kindList.data;
  }
  get value(): Float64Array {
    return this.valueList.data;
  }
  get radius(): Float64Array {
    return this.radiusList.data;
  }
  get sensitivity(): Float64Array {
    return this.sensitivityList.data;
  }
  get first(): Int32Array {
    return this.firstList.data;
  }
  get count(): Int32Array {
    return this.countList.data;
  }
  get left(): Int32Array {
    return this.leftList.data;
  }
  get right(): Int32Array {
    return this.rightList.data;
  }
  call(id: number): Call {
    return this.calls.get(id)!;
  }

  private push(
    kind: number,
    value: number,
    radius: number,
    sensitivity: number,
    first = 0,
    count = 0,
  ): number {
    this.kindList.push(kind);
    this.sensitivityList.push(sensitivity);
    this.radiusList.push(radius);
    this.firstList.push(first);
    this.countList.push(count);
    return this.valueList.push(value);
  }

  constant(value: number): number {
    let id = this.constants.get(value);
    if (id === undefined) {
      this.constants.set(value, (id = this.push(kinds.constant, value, 0, 0)));
    }
    return id;
  }

  input(index: number, value: number): number {
    return this.push(kinds.input, value, 0, 1, index);
  }

  /** |z| of the next active kink. */
  absolute(z: number): number {
    const kink = this.switching.push(z) - 1;
    return this.push(
      kinds.absolute,
      Math.abs(this.value[z]!),
      this.radius[z]!,
      this.sensitivity[z]!,
      kink,
    );
  }

  /** Σ left_t·right_t. */
  sum(us: ArrayLike<number>, vs: ArrayLike<number>): number {
    const first = this.leftList.length;
    for (let t = 0; t < us.length; t++) {
      this.leftList.push(us[t]!);
      this.rightList.push(vs[t]!);
    }
    return this.close(first);
  }

  product(u: number, v: number): number {
    const first = this.leftList.push(u);
    this.rightList.push(v);
    return this.close(first);
  }

  /** f·u + g·v with constant factors. */
  combine(f: number, u: number, g: number, v: number): number {
    const first = this.leftList.push(u);
    this.rightList.push(this.constant(f));
    this.leftList.push(v);
    this.rightList.push(this.constant(g));
    return this.close(first);
  }

  /** Makes room for so many more products. */
  reserve(products: number): void {
    this.leftList.reserve(products);
    this.rightList.reserve(products);
  }

  /** Σ over t < k of a[i + t]·b[j + t·stride], the entry of a matrix product. */
  row(a: Int32Array, i: number, b: Int32Array, j: number, stride: number, k: number): number {
    const { leftList, rightList } = this;
    this.reserve(k);
    const first = leftList.length;
    const [left, right] = [leftList.data, rightList.data];
    for (let t = 0; t < k; t++) {
      left[first + t] = a[i + t]!;
      right[first + t] = b[j + t * stride]!;
    }
    leftList.length += k;
    rightList.length += k;
    return this.close(first);
  }

  /** The sum of the products from `first` on: exact as long as no rounding happens, else with a bound. */
  private close(first: number): number {
    const { left, right, value, radius, sensitivity } = this;
    const end = this.leftList.length;
    let total = 0;
    let error = 0;
    let growth = 0;
    for (let t = first; t < end; t++) {
      const u = left[t]!;
      const v = right[t]!;
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
          Math.abs(x) * dy +
          (Math.abs(y) + dy) * dx +
          (size + Math.abs(sum)) * roundoff +
          underflow;
      }
      total = sum;
    }
    return this.push(kinds.sum, total, upward(error), growth, first, end - first);
  }

  apply(value: number, radius: number, call: Call): number {
    const growth = call.arguments.reduce(
      (sum, at, i) => sum + Math.abs(call.partials[i]!) * this.sensitivity[at]!,
      0,
    );
    const id = this.push(kinds.call, value, radius, growth);
    this.calls.set(id, call);
    const known = this.exact(id);
    if (known !== undefined) {
      const exponentFits = fromNumber(value);
      if (exponentFits.n === known.n && exponentFits.d === known.d) this.radius[id] = 0;
    }
    return id;
  }

  /** −1, 0 or 1, or undefined if rounding hides it. */
  signOf(id: number): number | undefined {
    const value = this.value[id]!;
    if (Math.abs(value) > this.radius[id]!) return Math.sign(value);
    const known = this.exact(id);
    return known === undefined ? undefined : sign(known);
  }

  exact(id: number): Rational | undefined {
    if (this.radius[id] === 0) return fromNumber(this.value[id]!);
    if (this.exacts.has(id)) return this.exacts.get(id);
    const found = this.computeExactly(id);
    const fits =
      found !== undefined &&
      found.n < largestExact &&
      found.n > -largestExact &&
      found.d < largestExact;
    this.exacts.set(id, fits ? found : undefined);
    return fits ? found : undefined;
  }

  private computeExactly(id: number): Rational | undefined {
    switch (this.kind[id]) {
      case kinds.absolute: {
        const z = this.exact(this.switching[this.first[id]!]!);
        return z && absolute(z);
      }
      case kinds.call: {
        const { arguments: args, exactly } = this.call(id);
        const argument = exactly && this.exact(args[0]!);
        return argument && exactly(argument).value;
      }
      default: {
        let total = zero;
        const end = this.first[id]! + this.count[id]!;
        for (let t = this.first[id]!; t < end; t++) {
          if (this.exactSpent++ > exactProducts) return undefined;
          const u = this.exact(this.left[t]!);
          if (u?.n === 0n) continue;
          const v = this.exact(this.right[t]!);
          if (v?.n === 0n) continue;
          if (u === undefined || v === undefined) return undefined;
          total = add(total, multiply(u, v));
        }
        return total;
      }
    }
  }
}
