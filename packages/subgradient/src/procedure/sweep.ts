import { add, multiply, zero, type Rational } from '../exact/rational.js';
import type { Ball } from './ball.js';
import type { Tape } from './tape.js';

/** What a reverse sweep computes with: exact rationals, or doubles with error bounds. */
interface Arithmetic<T> {
  readonly one: T;
  isZero(x: T): boolean;
  /** sum + c·(value of the scalar), or undefined if that is not available. */
  addValue(sum: T | undefined, c: T, tape: Tape, scalar: number): T | undefined;
  /** sum + c·(partial derivative i of the call). */
  addPartial(sum: T | undefined, c: T, tape: Tape, call: number, i: number): T | undefined;
}

const exactly: Arithmetic<Rational> = {
  one: { n: 1n, d: 1n },
  isZero: (x) => x.n === 0n,
  addValue(sum, c, tape, scalar) {
    const value = tape.exact(scalar);
    return value && add(sum ?? zero, multiply(c, value));
  },
  addPartial(sum, c, tape, call, i) {
    const partial = tape.call(call).exactPartials[i];
    return partial && add(sum ?? zero, multiply(c, partial));
  },
};

function addProduct(sum: Ball | undefined, c: Ball, value: number, radius: number): Ball {
  const product = c.value * value;
  const total = (sum?.value ?? 0) + product;
  const error =
    (sum?.radius ?? 0) +
    Math.abs(c.value) * radius +
    c.radius * (Math.abs(value) + radius) +
    (Math.abs(product) + Math.abs(total)) * 2 ** -53;
  return { value: total, radius: error * (1 + 2 ** -40) };
}

const withBounds: Arithmetic<Ball> = {
  one: { value: 1, radius: 0 },
  isZero: (x) => x.value === 0 && x.radius === 0,
  addValue: (sum, c, tape, scalar) => addProduct(sum, c, tape.value(scalar), tape.radius(scalar)),
  addPartial(sum, c, tape, call, i) {
    const { partials, partialRadii } = tape.call(call);
    return addProduct(sum, c, partials[i]!, partialRadii[i]!);
  },
};

/** Derivatives of one scalar with respect to the inputs and to the |z| of the active kinks. */
export interface Derivatives<T> {
  readonly byInput: ReadonlyMap<number, T>;
  readonly byAbsolute: ReadonlyMap<number, T>;
}

/** One reverse sweep from a scalar, over the scalars that it depends on. */
function sweep<T>(
  tape: Tape,
  output: number,
  arithmetic: Arithmetic<T>,
): Derivatives<T> | undefined {
  const cotangents = new Map<number, T>([[output, arithmetic.one]]);
  const byInput = new Map<number, T>();
  const byAbsolute = new Map<number, T>();
  const { left, right } = tape;
  const queue = new Descending();
  queue.push(output);
  const give = (to: number, cotangent: T | undefined): boolean => {
    if (cotangent === undefined) return false;
    if (!cotangents.has(to)) queue.push(to);
    cotangents.set(to, cotangent);
    return true;
  };
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const cotangent = cotangents.get(id)!;
    cotangents.delete(id);
    if (arithmetic.isZero(cotangent)) continue;
    switch (tape.kind(id)) {
      case 'constant':
        break;
      case 'input':
        byInput.set(tape.index(id), cotangent);
        break;
      case 'absolute':
        byAbsolute.set(tape.index(id), cotangent);
        break;
      case 'sum': {
        const end = tape.first(id) + tape.count(id);
        for (let t = tape.first(id); t < end; t++) {
          const u = left[t]!;
          const v = right[t]!;
          if (tape.kind(u) !== 'constant') {
            if (!give(u, arithmetic.addValue(cotangents.get(u), cotangent, tape, v)))
              return undefined;
          }
          if (tape.kind(v) !== 'constant') {
            if (!give(v, arithmetic.addValue(cotangents.get(v), cotangent, tape, u)))
              return undefined;
          }
        }
        break;
      }
      case 'call': {
        const args = tape.call(id).arguments;
        for (let i = 0; i < args.length; i++) {
          const to = args[i]!;
          if (!give(to, arithmetic.addPartial(cotangents.get(to), cotangent, tape, id, i))) {
            return undefined;
          }
        }
      }
    }
  }
  return { byInput, byAbsolute };
}

/** Exact derivatives, or undefined where a factor is irrational or was rounded. */
export function exactDerivatives(tape: Tape, output: number): Derivatives<Rational> | undefined {
  return sweep(tape, output, exactly);
}

export function boundedDerivatives(tape: Tape, output: number): Derivatives<Ball> {
  return sweep(tape, output, withBounds)!;
}

/** A heap of distinct numbers, largest first. */
class Descending {
  private readonly heap: number[] = [];

  push(x: number): void {
    const { heap } = this;
    let at = heap.push(x) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! >= x) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = x;
  }

  pop(): number | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! > heap[child]!) child++;
      if (heap[child]! <= last) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
