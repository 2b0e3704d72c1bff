import {
  absolute,
  add as addRational,
  fromNumber,
  multiply,
  sign,
  zero,
  type Rational,
} from '../exact/rational.js';
import type { ScalarFunction } from './elementary.js';
import { GrowingFloats, GrowingIntegers } from './growing.js';
import { evaluateSum, Products, type Estimates, type Terms } from './products.js';
import type { ProductExtents } from './scalars.js';

/** What a scalar of a procedure is. */
export const kinds = {
  constant: 0,
  input: 1,
  absolute: 2,
  sum: 3,
  call: 4,
  /** One of two scalars, by the sign or value of a third; only in plans. */
  chosen: 5,
  /** A number that is constant near the point, like the result of a comparison; only in plans. */
  fixed: 6,
} as const;

/** A smooth function of other scalars, with its partial derivatives at their values. */
export interface Call {
  readonly name: string;
  readonly arguments: readonly number[];
  readonly partials: readonly number[];
  readonly partialRadii: readonly number[];
}

/** A straight-line procedure of scalars with values at one point, every scalar after those it depends on. */
export interface Procedure extends Estimates {
  readonly size: number;
  /** By scalar: kind, value, radius; index of an input or kink, first product or first argument. */
  readonly kind: Int32Array;
  readonly value: Float64Array;
  readonly radius: Float64Array;
  /** Bound of Σ |∂/∂x_t| over the inputs at the point: the growth of a deviation that tends to 0. */
  readonly sensitivity: Float64Array;
  readonly first: Int32Array;
  /** The second argument of a call, −1 if there is none. */
  readonly second: Int32Array;
  /** Number of products of a sum; where the first partial derivative of a call is. */
  readonly count: Int32Array;
  /** The scalar that stands for a chosen one. */
  readonly chosen: Int32Array;
  /** Partial derivatives of calls and bounds of their errors. */
  readonly partial: Float64Array;
  readonly partialRadius: Float64Array;
  /** Where the factors of a sum stand. */
  terms(id: number): Readonly<Terms>;
  /** The function that is called. */
  functionOf(id: number): ScalarFunction;
}

/**
 * A procedure at one point: constants, inputs, |z| of active kinks, sums of products Σ u·v of earlier scalars, and
 * calls of smooth functions. Every scalar has its value with an error bound (0 if no rounding happened); exact
 * rational values are computed where they are asked for.
 */
export interface Tape extends Procedure {
  call(id: number): Call;
  /** −1, 0 or 1, or undefined if rounding hides it and exact arithmetic does not reach it. */
  signOf(id: number): number | undefined;
  /** The exact value; undefined if it is irrational or would take too long. */
  exact(id: number): Rational | undefined;
}

/** Marks the scalars that those marked already depend on, with 1; |z| depends on its z. */
export function markUsed(
  procedure: Procedure,
  used: Uint8Array,
  active: readonly { readonly scalar: number }[],
): void {
  const { kind, first, second, chosen } = procedure;
  for (let id = used.length - 1; id >= 0; id--) {
    if (used[id] === 0) continue;
    switch (kind[id]) {
      case kinds.absolute:
        used[active[first[id]!]!.scalar] = 1;
        break;
      case kinds.sum: {
        const { left, first: from, right, second: at, stride, count } = procedure.terms(id);
        for (let t = 0; t < count; t++) {
          used[left[from + t]!] = 1;
          used[right[at + t * stride]!] = 1;
        }
        break;
      }
      case kinds.call:
        used[first[id]!] = 1;
        if (second[id]! >= 0) used[second[id]!] = 1;
        break;
      case kinds.chosen:
        used[first[id]!] = 1;
        used[chosen[id]!] = 1;
    }
  }
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
  private readonly secondList: GrowingIntegers;
  private readonly countList: GrowingIntegers;
  private readonly sourceList: GrowingIntegers;
  private readonly products: Products;
  private readonly partialList = new GrowingFloats(16);
  private readonly partialRadiusList = new GrowingFloats(16);
  private readonly functions: ScalarFunction[] = [];
  private readonly constants = new Map<number, number>();
  private readonly exacts = new Map<number, Rational | undefined>();
  private readonly switching: number[] = [];
  private exactSpent = 0;
  /** No scalar of a tape is chosen: what is not on its side is not there. */
  readonly chosen: Int32Array = new Int32Array(0);

  /** For about so many scalars; more are possible. */
  constructor(expected: number) {
    const capacity = Math.max(16, expected);
    this.kindList = new GrowingIntegers(capacity);
    this.valueList = new GrowingFloats(capacity);
    this.radiusList = new GrowingFloats(capacity);
    this.sensitivityList = new GrowingFloats(capacity);
    this.firstList = new GrowingIntegers(capacity);
    this.secondList = new GrowingIntegers(capacity);
    this.countList = new GrowingIntegers(capacity);
    this.sourceList = new GrowingIntegers(capacity);
    this.products = new Products(capacity);
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
  get second(): Int32Array {
    return this.secondList.data;
  }
  get count(): Int32Array {
    return this.countList.data;
  }
  get partial(): Float64Array {
    return this.partialList.data;
  }
  get partialRadius(): Float64Array {
    return this.partialRadiusList.data;
  }
  terms(id: number): Readonly<Terms> {
    const { first, second, count } = this;
    return this.products.terms(first[id]!, second[id]!, count[id]!, this.sourceList.data[id]!);
  }
  functionOf(id: number): ScalarFunction {
    return this.functions[this.sourceList.data[id]!]!;
  }
  call(id: number): Call {
    const [u, v, at] = [this.first[id]!, this.second[id]!, this.count[id]!];
    const to = v < 0 ? at + 1 : at + 2;
    return {
      name: this.functionOf(id).name,
      arguments: v < 0 ? [u] : [u, v],
      partials: [...this.partial.subarray(at, to)],
      partialRadii: [...this.partialRadius.subarray(at, to)],
    };
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
    const { products } = this;
    const first = products.length;
    for (let t = 0; t < us.length; t++) products.push(us[t]!, vs[t]!);
    return this.add(first, first, us.length, 0);
  }

  product(u: number, v: number): number {
    const first = this.products.push(u, v);
    return this.add(first, first, 1, 0);
  }

  /** f·u + g·v with constant factors. */
  combine(f: number, u: number, g: number, v: number): number {
    const [left, right] = [this.constant(f), this.constant(g)];
    const first = this.products.push(u, left);
    this.products.push(v, right);
    return this.add(first, first, 2, 0);
  }

  matrixProduct(left: Int32Array, right: Int32Array, extents: ProductExtents): Int32Array {
    return this.products.matrix(left, right, extents, (...at) => this.add(...at));
  }

  private add(first: number, second: number, count: number, source: number): number {
    const id = this.push(kinds.sum, 0, 0, 0, first, count, second, source);
    evaluateSum(id, this.products.terms(first, second, count, source), this);
    return id;
  }

  /** f at one argument or two, v = −1 if there is but one. */
  apply(
    f: ScalarFunction,
    value: number,
    radius: number,
    [u, v]: readonly [number, number],
    partials: readonly number[],
    partialRadii: readonly number[],
  ): number {
    let growth = 0;
    partials.forEach((partial, i) => {
      growth += Math.abs(partial) * this.sensitivity[i === 0 ? u : v]!;
    });
    if (this.functions.at(-1) !== f) this.functions.push(f);
    const source = this.functions.length - 1;
    const at = this.partialList.length;
    for (const partial of partials) this.partialList.push(partial);
    for (const partialRadius of partialRadii) this.partialRadiusList.push(partialRadius);
    const id = this.push(kinds.call, value, radius, growth, u, at, v, source);
    const isExactArgument = this.radius[u] === 0 && (v < 0 || this.radius[v] === 0);
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
    const known = this.known(id);
    if (known !== 'unknown') return known;
    // with a stack of its own: chains are longer than that of the engine
    const pending: Pending[] = [{ id, term: 0, total: zero }];
    for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
      const missing = this.advance(last);
      if (missing === undefined) pending.pop();
      else pending.push({ id: missing, term: 0, total: zero });
    }
    return this.exacts.get(id);
  }

  private known(id: number): Rational | undefined | 'unknown' {
    if (this.radius[id] === 0) return fromNumber(this.value[id]!);
    return this.exacts.has(id) ? this.exacts.get(id) : 'unknown';
  }

  private settle(id: number, found: Rational | undefined): undefined {
    const fits =
      found !== undefined &&
      found.n < largestExact &&
      found.n > -largestExact &&
      found.d < largestExact;
    this.exacts.set(id, fits ? found : undefined);
  }

  /** Goes on with the exact value of a scalar; the scalar that has to be known first, if one has. */
  private advance(at: Pending): number | undefined {
    const { id } = at;
    switch (this.kind[id]) {
      case kinds.absolute: {
        const z = this.switching[this.first[id]!]!;
        const value = this.known(z);
        return value === 'unknown' ? z : this.settle(id, value && absolute(value));
      }
      case kinds.call: {
        const { exactly } = this.functionOf(id);
        const argument = exactly && this.known(this.first[id]!);
        if (argument === 'unknown') return this.first[id]!;
        return this.settle(id, argument && exactly(argument).value);
      }
      default: {
        const { left, first, right, second, stride, count } = this.terms(id);
        for (; at.term < count; at.term++) {
          if (this.exactSpent > exactProducts) return this.settle(id, undefined);
          const [to, by] = [left[first + at.term]!, right[second + at.term * stride]!];
          const u = this.known(to);
          if (u === 'unknown') return to;
          if (u?.n !== 0n) {
            const v = this.known(by);
            if (v === 'unknown') return by;
            if (v?.n !== 0n) {
              if (u === undefined || v === undefined) return this.settle(id, undefined);
              at.total = addRational(at.total, multiply(u, v));
            }
          }
          this.exactSpent++;
        }
        return this.settle(id, at.total);
      }
    }
  }
}

/** A sum, call or |z| whose exact value is being computed, so many of its terms being added. */
interface Pending {
  readonly id: number;
  term: number;
  total: Rational;
}
