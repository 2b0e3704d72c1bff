import {
  add,
  fromNumber,
  multiply,
  sign,
  toNumber,
  zero,
  type Rational,
} from '../exact/rational.js';
import { Accumulator } from './ball.js';

export const scalarKinds = ['constant', 'input', 'absolute', 'sum', 'call'] as const;
export type ScalarKind = (typeof scalarKinds)[number];

/** A smooth function of other scalars, with its partial derivatives at their values. */
export interface Call {
  readonly name: string;
  readonly arguments: readonly number[];
  readonly partials: readonly number[];
  readonly partialRadii: readonly number[];
  readonly exactPartials: readonly (Rational | undefined)[];
}

/**
 * A straight-line procedure of scalars at one point: constants, inputs, |z| of active kinks, sums of products
 * Σ u·v of earlier scalars, and calls of smooth functions. Every scalar has its value with an error bound, and
 * its exact rational value where it has one and the procedure is small.
 */
export interface Tape {
  readonly size: number;
  kind(id: number): ScalarKind;
  value(id: number): number;
  radius(id: number): number;
  /** The exact value, if it is known. */
  exact(id: number): Rational | undefined;
  /** Index of an input, or of the kink whose |z| this is. */
  index(id: number): number;
  /** Factors of the products of a sum: product t is left[t]·right[t] for t in [first(id), first(id) + count(id)). */
  first(id: number): number;
  count(id: number): number;
  readonly left: readonly number[];
  readonly right: readonly number[];
  call(id: number): Call;
}

export interface TapeBuilder extends Tape {
  constant(value: number): number;
  input(index: number, value: number): number;
  absolute(kink: number, z: number): number;
  /** Σ left_t·right_t. */
  sum(left: ArrayLike<number>, right: ArrayLike<number>): number;
  product(u: number, v: number): number;
  apply(value: number, radius: number, exact: Rational | undefined, call: Call): number;
  /** −1, 0 or 1, or undefined if rounding hides it. */
  signOf(id: number): number | undefined;
}

/** Products in all beyond which exact rational values are no longer computed. */
const exactLimit = 60_000;
const largestExact = 1n << 6000n;

export function tapeBuilder(): TapeBuilder {
  const kinds: number[] = [];
  const values: number[] = [];
  const radii: number[] = [];
  const firsts: number[] = [];
  const counts: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const calls = new Map<number, Call>();
  const exacts = new Map<number, Rational>();
  const constants = new Map<number, number>();
  const accumulator = new Accumulator();

  function push(kind: ScalarKind, value: number, radius: number, first = 0, count = 0): number {
    kinds.push(scalarKinds.indexOf(kind));
    values.push(value);
    radii.push(radius);
    firsts.push(first);
    counts.push(count);
    return values.length - 1;
  }

  function exact(id: number): Rational | undefined {
    return radii[id] === 0 ? fromNumber(values[id]!) : exacts.get(id);
  }

  /** Remembers an exact value and takes its double instead of one with more roundings. */
  function settle(id: number, known: Rational): void {
    if (known.n > largestExact || known.n < -largestExact || known.d > largestExact) return;
    const rounded = toNumber(known);
    if (!Number.isFinite(rounded)) return;
    values[id] = rounded;
    const back = fromNumber(rounded);
    if (back.n === known.n && back.d === known.d) {
      radii[id] = 0;
    } else {
      radii[id] = Math.abs(rounded) * 2 ** -52 + 2 ** -1074;
      exacts.set(id, known);
    }
  }

  function exactSum(first: number, count: number): Rational | undefined {
    if (left.length > exactLimit) return undefined;
    let total = zero;
    for (let t = first; t < first + count; t++) {
      const u = exact(left[t]!);
      const v = exact(right[t]!);
      if (u === undefined || v === undefined) return undefined;
      if (u.n !== 0n && v.n !== 0n) total = add(total, multiply(u, v));
    }
    return total;
  }

  function sum(us: ArrayLike<number>, vs: ArrayLike<number>): number {
    const first = left.length;
    accumulator.reset();
    for (let t = 0; t < us.length; t++) {
      const u = us[t]!;
      const v = vs[t]!;
      left.push(u);
      right.push(v);
      accumulator.addProduct(values[u]!, radii[u]!, values[v]!, radii[v]!);
    }
    const id = push('sum', accumulator.value, accumulator.bound, first, us.length);
    if (accumulator.bound > 0) {
      const known = exactSum(first, us.length);
      if (known !== undefined) settle(id, known);
    }
    return id;
  }

  function constant(value: number): number {
    let id = constants.get(value);
    if (id === undefined) constants.set(value, (id = push('constant', value, 0)));
    return id;
  }

  return {
    get size(): number {
      return values.length;
    },
    kind: (id) => scalarKinds[kinds[id]!]!,
    value: (id) => values[id]!,
    radius: (id) => radii[id]!,
    exact,
    index: (id) => firsts[id]!,
    first: (id) => firsts[id]!,
    count: (id) => counts[id]!,
    left,
    right,
    call: (id) => calls.get(id)!,
    constant,
    input: (index, value) => push('input', value, 0, index),
    absolute(kink, z) {
      const id = push('absolute', Math.abs(values[z]!), radii[z]!, kink);
      const known = exacts.get(z);
      if (known !== undefined) exacts.set(id, known.n < 0n ? { n: -known.n, d: known.d } : known);
      return id;
    },
    sum,
    product: (u, v) => sum([u], [v]),
    apply(value, radius, known, call) {
      const id = push('call', value, radius);
      calls.set(id, call);
      if (known !== undefined) settle(id, known);
      return id;
    },
    signOf(id) {
      const value = values[id]!;
      if (Math.abs(value) > radii[id]!) return Math.sign(value);
      const known = exact(id);
      return known === undefined ? undefined : sign(known);
    },
  };
}
