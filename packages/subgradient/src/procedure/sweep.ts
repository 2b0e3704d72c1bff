import { add, multiply, zero, type Rational } from '../exact/rational.js';
import { productError, roundoff, sumError, upward, type Ball } from './ball.js';
import { kinds, type Procedure, type Tape } from './tape.js';

/** Derivatives of one scalar with respect to the inputs and to the |z| of the active kinks, without zeros. */
export interface Derivatives<T> {
  readonly byInput: ReadonlyMap<number, T>;
  readonly byAbsolute: ReadonlyMap<number, T>;
}

/** Cotangents and bounds of their errors by scalar, for one sweep. */
export interface Cotangents {
  readonly cotangent: Float64Array;
  readonly error: Float64Array;
}

/** One reverse sweep in doubles with error bounds. */
export function boundedDerivatives(tape: Tape, output: number): Derivatives<Ball> {
  const { kind, first } = tape;
  const cotangent = new Float64Array(output + 1);
  const error = new Float64Array(output + 1);
  sweepBack(tape, output, { cotangent, error });
  const byInput = new Map<number, Ball>();
  const byAbsolute = new Map<number, Ball>();
  for (let id = output; id >= 0; id--) {
    const found =
      kind[id] === kinds.input ? byInput : kind[id] === kinds.absolute ? byAbsolute : undefined;
    const [value, radius] = [cotangent[id]!, error[id]!];
    if (found === undefined || (value === 0 && radius === 0)) continue;
    found.set(first[id]!, { value, radius: upward(radius) });
  }
  return { byInput, byAbsolute };
}

/** Carries the cotangent 1 of the output back to the inputs and |z|; the arrays start at 0. */
export function sweepBack(tape: Procedure, output: number, { cotangent, error }: Cotangents): void {
  const { kind, value, radius, first, second, count, chosen, partial, partialRadius } = tape;
  cotangent[output] = 1;
  const give = (to: number, c: number, dc: number, factor: number, df: number): void => {
    if ((factor === 0 && df === 0) || kind[to] === kinds.constant) return;
    const product = c * factor;
    const before = cotangent[to]!;
    const total = before + product;
    if (dc === 0 && df === 0) {
      // exact factors: often exact again
      error[to]! += productError(c, factor, product) + sumError(before, product, total);
    } else {
      error[to]! +=
        Math.abs(c) * df +
        dc * (Math.abs(factor) + df) +
        (Math.abs(product) + Math.abs(total)) * roundoff;
    }
    cotangent[to] = total;
  };
  for (let id = output; id >= 0; id--) {
    const c = cotangent[id]!;
    const dc = error[id]!;
    if (c === 0 && dc === 0) continue;
    switch (kind[id]) {
      case kinds.sum: {
        const { left, first: from, right, second: at, stride, count: terms } = tape.terms(id);
        for (let t = 0; t < terms; t++) {
          const u = left[from + t]!;
          const v = right[at + t * stride]!;
          give(u, c, dc, value[v]!, radius[v]!);
          give(v, c, dc, value[u]!, radius[u]!);
        }
        break;
      }
      case kinds.call: {
        const p = count[id]!;
        give(first[id]!, c, dc, partial[p]!, partialRadius[p]!);
        if (second[id]! >= 0) give(second[id]!, c, dc, partial[p + 1]!, partialRadius[p + 1]!);
        break;
      }
      case kinds.chosen:
        give(chosen[id]!, c, dc, 1, 0);
    }
  }
}

/** Products with rounded factors that one exact sweep may take; exact doubles cost little and are not counted. */
const exactProducts = 20_000;
/** On larger tapes an exact sweep is only tried where the output itself was not rounded. */
const largeTape = 100_000;

/** One reverse sweep in rational numbers, or undefined where a factor is irrational or it would take too long. */
export function exactDerivatives(tape: Tape, output: number): Derivatives<Rational> | undefined {
  const { kind, radius, first } = tape;
  if (radius[output] !== 0 && output > largeTape) return undefined;
  const cotangents = new Map<number, Rational>([[output, { n: 1n, d: 1n }]]);
  const byInput = new Map<number, Rational>();
  const byAbsolute = new Map<number, Rational>();
  const queue = new Descending();
  queue.push(output);
  let spent = 0;
  const give = (to: number, c: Rational, factor: Rational | undefined): boolean => {
    if (factor === undefined || spent > exactProducts) return false;
    if (factor.d !== 1n) spent++;
    if (!cotangents.has(to)) queue.push(to);
    cotangents.set(to, add(cotangents.get(to) ?? zero, multiply(c, factor)));
    return true;
  };
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const c = cotangents.get(id)!;
    cotangents.delete(id);
    if (c.n === 0n) continue;
    switch (kind[id]) {
      case kinds.constant:
        break;
      case kinds.input:
        byInput.set(first[id]!, c);
        break;
      case kinds.absolute:
        byAbsolute.set(first[id]!, c);
        break;
      case kinds.sum: {
        const { left, first: from, right, second, stride, count } = tape.terms(id);
        for (let t = 0; t < count; t++) {
          const u = left[from + t]!;
          const v = right[second + t * stride]!;
          if (kind[u] !== kinds.constant && !give(u, c, tape.exact(v))) return undefined;
          if (kind[v] !== kinds.constant && !give(v, c, tape.exact(u))) return undefined;
        }
        break;
      }
      default: {
        const { exactly } = tape.functionOf(id);
        const at = first[id]!;
        const argument = exactly && tape.exact(at);
        if (argument === undefined || !give(at, c, exactly!(argument).derivative)) return undefined;
      }
    }
  }
  return { byInput, byAbsolute };
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
