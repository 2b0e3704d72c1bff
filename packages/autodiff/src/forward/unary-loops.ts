import type { FloatArray } from '@nonsmooth/core';
import type { Scalar } from './scalar.js';
import type { Buffer, Step } from './step.js';

type UnaryLoop = (x: FloatArray, out: FloatArray) => void;

/** out = f(x), entry by entry, for functions that cost more than being called. */
export function map(f: Scalar, x: Buffer, out: Buffer): Step {
  return over(
    (from, to) => {
      for (let i = 0; i < to.length; i++) to[i] = f(from[i]!);
    },
    x,
    out,
  );
}

/** A step that runs the loop from x to `out`. */
export function over(loop: UnaryLoop, x: Buffer, out: Buffer): Step {
  const [from, to] = [x.data, out.data];
  return () => loop(from, to);
}

/** Loops of functions that cost less than being called. */
export const unaryLoops: {
  readonly [O in 'neg' | 'square' | 'sqrt' | 'abs' | 'relu' | 'sign']: UnaryLoop;
} = {
  neg: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = -x[i]!;
  },
  square: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = x[i]! * x[i]!;
  },
  sqrt: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]!);
  },
  abs: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(x[i]!);
  },
  relu: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(x[i]!, 0);
  },
  sign: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.sign(x[i]!);
  },
};
