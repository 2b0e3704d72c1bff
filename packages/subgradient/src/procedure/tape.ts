import {
  absolute,
  add as addRational,
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
  /** sup |f′| over an interval, for functions of one that have a rule. */
  readonly slope?: (low: number, high: number) => number;
  /** Value and derivative at an exact argument, as far as they are rational; for functions of one. */
  readonly exactly?: (x: Rational) => ExactValues;
}

/** The products of a sum, valid until others are asked for: left[first + t]·right[second + t·stride] for t < count, as scalars. */
export interface Terms {
  left: Int32Array;
  first: number;
  right: Int32Array;
  second: number;
  stride: number;
  count: number;
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
  /** Where the factors of a sum stand. */
  terms(id: number): Readonly<Terms>;
  call(id: number): Call;
  /** −1, 0 or 1, or undefined if rounding hides it and exact arithmetic does not reach it. */
  signOf(id: number): number | undefined;
  /** The exact value; undefined if it is irrational or would take too long. */
  exact(id: number): Rational | undefined;
}

/** Which scalars these depend on, 1 by scalar; |z| depends on its z. */
export function usedScalars(
  tape: Tape,
  from: readonly number[],
  active: readonly { readonly scalar: number }[],
): Uint8Array {
  const used = new Uint8Array(tape.size);
  for (const id of from) used[id] = 1;
  for (let id = tape.size - 1; id >= 0; id--) {
    if (used[id] === 0) continue;
    switch (tape.kind[id]) {
      case kinds.absolute:
        used[active[tape.first[id]!]!.scalar] = 1;
        break;
      case kinds.sum: {
        const { left, first, right, second, stride, count } = tape.terms(id);
        for (let t = 0; t < count; t++) {
          used[left[first + t]!] = 1;
          used[right[second + t * stride]!] = 1;
        }
        break;
      }
      case kinds.call:
        for (const at of tape.call(id).arguments) used[at] = 1;
    }
  }
  return used;
}

/** Products in exact arithmetic that one tape may spend, and the size of numbers at which it gives up. */
const exactProducts = 50_000;
const largestExact = 1n << 6000n;

/** Records scalar operations as a tape, with values and error bounds. */
export class TapeBuilder implements Tape {
  private readonly kindList: GrowingIntegers;
  private readonly valueList: GrowingFloats;
  private readonly radiusList: GrowingFloats;
  private readonly sensitivityList: GrowingFloats;
  private readonly firstList: GrowingIntegers;
  private readonly countList: GrowingIntegers;
  private readonly leftList: GrowingIntegers;
  private readonly rightList: GrowingIntegers;
  /** Factors that sums share, like the rows and columns of a matrix product. */
  private readonly shared: {
    readonly left: Int32Array;
    readonly right: Int32Array;
    readonly stride: number;
  }[] = [];
  private readonly sourceList: GrowingIntegers;
  private readonly secondList: GrowingIntegers;
  private readonly calls = new Map<number, Call>();
  private readonly constants = new Map<number, number>();
  private readonly exacts = new Map<number, Rational | undefined>();
  private readonly switching: number[] = [];
  private exactSpent = 0;
  private readonly found: Terms = {
    left: new Int32Array(0),
    first: 0,
    right: new Int32Array(0),
    second: 0,
    stride: 1,
    count: 0,
  };

  /** For about so many scalars; more are possible. */
  constructor(expected: number) {
    const capacity = Math.max(16, expected);
    this.kindList = new GrowingIntegers(capacity);
    this.valueList = new GrowingFloats(capacity);
    this.radiusList = new GrowingFloats(capacity);
    this.sensitivityList = new GrowingFloats(capacity);
    this.firstList = new GrowingIntegers(capacity);
    this.countList = new GrowingIntegers(capacity);
    this.leftList = new GrowingIntegers(capacity);
    this.rightList = new GrowingIntegers(capacity);
    this.sourceList = new GrowingIntegers(capacity);
    this.secondList = new GrowingIntegers(capacity);
  }

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
  terms(id: number): Readonly<Terms> {
    const source = this.sourceList.data[id]!;
    const shared = source === 0 ? undefined : this.shared[source - 1]!;
    const { found } = this;
    found.left = shared?.left ?? this.leftList.data;
    found.first = this.firstList.data[id]!;
    found.right = shared?.right ?? this.rightList.data;
    found.second = this.secondList.data[id]!;
    found.stride = shared?.stride ?? 1;
    found.count = this.countList.data[id]!;
    return found;
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
    second = 0,
    source = 0,
  ): number {
    this.kindList.push(kind);
    this.secondList.push(second);
    this.sourceList.push(source);
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

  /** The products of matrices of scalars, row-major: m × k by k × n, from these positions on. */
  matrixProduct(
    left: Int32Array,
    right: Int32Array,
    { m, k, n, batch }: { m: number; k: number; n: number; batch: number },
  ): Int32Array {
    const source = this.shared.push({ left, right, stride: n });
    const out = new Int32Array(batch * m * n);
    for (let at = 0; at < out.length; at++) {
      const row = Math.floor(at / n);
      const second = Math.floor(row / m) * k * n + (at % n);
      out[at] = this.add(left, row * k, right, second, n, k, source);
    }
    return out;
  }

  private close(first: number): number {
    const { data: left, length } = this.leftList;
    return this.add(left, first, this.rightList.data, first, 1, length - first, 0);
  }

  /** A sum of products: exact as long as no rounding happens, else with a bound. */
  private add(
    left: Int32Array,
    first: number,
    right: Int32Array,
    second: number,
    stride: number,
    count: number,
    source: number,
  ): number {
    const { value, radius, sensitivity } = this;
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
          Math.abs(x) * dy +
          (Math.abs(y) + dy) * dx +
          (size + Math.abs(sum)) * roundoff +
          underflow;
      }
      total = sum;
    }
    return this.push(kinds.sum, total, upward(error), growth, first, count, second, source);
  }

  apply(value: number, radius: number, call: Call): number {
    let growth = 0;
    for (let i = 0; i < call.arguments.length; i++) {
      growth += Math.abs(call.partials[i]!) * this.sensitivity[call.arguments[i]!]!;
    }
    const id = this.push(kinds.call, value, radius, growth);
    this.calls.set(id, call);
    const isExactArgument = call.arguments.every((at) => this.radius[at] === 0);
    const known = radius !== 0 && isExactArgument ? this.exact(id) : undefined;
    if (known !== undefined) {
      const exponentFits = fromNumber(value);
      if (exponentFits.n === known.n && exponentFits.d === known.d) this.radius[id] = 0;
    }
    return id;
  }

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
        const { left, first, right, second, stride, count } = this.terms(id);
        for (let t = 0; t < count; t++) {
          if (this.exactSpent++ > exactProducts) return undefined;
          const u = this.exact(left[first + t]!);
          if (u?.n === 0n) continue;
          const v = this.exact(right[second + t * stride]!);
          if (v?.n === 0n) continue;
          if (u === undefined || v === undefined) return undefined;
          total = addRational(total, multiply(u, v));
        }
        return total;
      }
    }
  }
}
