import type { FloatArray } from '@nonsmooth/core';
import type { Scalar } from './scalar.js';
import type { Buffer, Step } from './step.js';

/** out[o + i] = f(x[a + i]) for i < n. */
export type UnaryLoop = (x: FloatArray, a: number, out: FloatArray, o: number, n: number) => void;

/** The loop of a function that costs more than being called. */
export function loopOf(f: Scalar): UnaryLoop {
  return (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = f(x[a + i]!);
  };
}

/** A step that runs the loop from x to `out`. */
export function over(loop: UnaryLoop, x: Buffer, out: Buffer): Step {
  const [from, to] = [x.data, out.data];
  return () => loop(from, 0, to, 0, to.length);
}

/** Loops of functions that cost less than being called. */
export const unaryLoops: {
  readonly [O in 'neg' | 'square' | 'sqrt' | 'abs' | 'relu' | 'sign']: UnaryLoop;
} = {
  neg: (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = -x[a + i]!;
  },
  square: (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = x[a + i]! * x[a + i]!;
  },
  sqrt: (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.sqrt(x[a + i]!);
  },
  abs: (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.abs(x[a + i]!);
  },
  relu: (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.max(x[a + i]!, 0);
  },
  sign: (x, a, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.sign(x[a + i]!);
  },
};
