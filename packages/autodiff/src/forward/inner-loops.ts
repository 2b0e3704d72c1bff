import type { FloatArray } from '@nonsmooth/core';
import type { ArithmeticAttributes, ComparisonAttributes } from '../program.js';

/** out[o + i] = u[a + i·da] ∘ v[b + i·db] for i < n. */
export type InnerLoop = (
  u: FloatArray,
  a: number,
  da: number,
  v: FloatArray,
  b: number,
  db: number,
  out: FloatArray,
  o: number,
  n: number,
) => void;

type BinaryOp =
  | keyof ArithmeticAttributes
  | Exclude<keyof ComparisonAttributes, 'sign' | 'argmax'>
  | 'maximum'
  | 'minimum';

/** One loop per op of two arguments: a function that is called per entry would cost more than the op. */
export const innerLoops: { readonly [O in BinaryOp]: InnerLoop } = {
  add: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da]! + v[b + i * db]!;
  },
  sub: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da]! - v[b + i * db]!;
  },
  mul: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da]! * v[b + i * db]!;
  },
  div: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da]! / v[b + i * db]!;
  },
  atan2: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.atan2(u[a + i * da]!, v[b + i * db]!);
  },
  xlogy: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) {
      const first = u[a + i * da]!;
      const second = v[b + i * db]!;
      out[o + i] = first === 0 && second >= 0 ? 0 : first * Math.log(second);
    }
  },
  maximum: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.max(u[a + i * da]!, v[b + i * db]!);
  },
  minimum: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = Math.min(u[a + i * da]!, v[b + i * db]!);
  },
  greater: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da]! > v[b + i * db]! ? 1 : 0;
  },
  greaterEqual: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da]! >= v[b + i * db]! ? 1 : 0;
  },
  equal: (u, a, da, v, b, db, out, o, n) => {
    for (let i = 0; i < n; i++) out[o + i] = u[a + i * da] === v[b + i * db] ? 1 : 0;
  },
};
