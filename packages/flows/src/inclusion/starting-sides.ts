import { norm2 } from '@nonsmooth/core';
import type { Entries, KinkedFunction } from './kinked-function.js';
import { direction } from './norms.js';
import type { Pattern } from './pattern.js';

/**
 * Puts every kink of a pattern on its side at x: winners and directions too, kinks before those above them. Where all
 * are those of |u| it lists the arguments that may be 0 there within rounding; else it returns all of them.
 */
export function takeSides(
  kinked: KinkedFunction,
  { sides }: Pattern,
  x: Float64Array,
  near: Entries,
): Float64Array | undefined {
  if (kinked.takeSides?.(x, sides, near)) return undefined;
  const u = new Float64Array(kinked.size);
  const before = new Float64Array(kinked.isNested ? kinked.size : 0);
  // each round settles at least the kinks of one more level
  const rounds = kinked.isNested ? kinked.count : 0;
  for (let round = 0; round <= rounds; round++) {
    kinked.values(x, sides, u);
    if (kinked.onlyAbs) {
      for (let i = 0; i < u.length; i++) sides[i] = Math.sign(u[i]!);
    } else takeAll(kinked, u, sides);
    kinked.changed(sides, -1);
    if (round > 0 && isEqual(u, before)) break;
    if (rounds > 0) before.set(u);
  }
  if (!kinked.onlyAbs) return u;
  // where all are as small as rounding against the state, sizes of terms tell which are 0
  const size = norm2(x);
  const limit = nearLimit(u, (largest) => largest <= 1e-9 * size);
  for (let i = 0; i < u.length; i++) if (Math.abs(u[i]!) <= limit) near.add(i);
  return undefined;
}

/** Arguments below this share of the largest one are looked at: sizes of terms are dear. */
export const nearZero = 1e-6;

/** Which arguments are looked at: those small against the largest one, or all if even that one may be 0. */
export function nearLimit(
  u: Float64Array,
  mayBeZero: (largest: number, entry: number) => boolean,
): number {
  let [largest, at] = [0, 0];
  for (let i = 0; i < u.length; i++) {
    const size = Math.abs(u[i]!);
    if (size > largest) [largest, at] = [size, i];
  }
  return mayBeZero(largest, at) ? largest : nearZero * largest;
}

function takeAll(kinked: KinkedFunction, u: Float64Array, sides: Float64Array): void {
  for (let index = 0; index < kinked.count; index++) {
    const { kind, offset, size } = kinked.kink(index);
    if (kind === 'abs') sides[offset] = Math.sign(u[offset]!);
    else if (kind === 'norm') direction(u, offset, size, sides);
    else {
      let best = offset;
      for (let i = offset; i < offset + size; i++) if (u[i]! > u[best]!) best = i;
      sides.fill(0, offset, offset + size);
      sides[best] = 1;
    }
  }
}

function isEqual(u: Float64Array, v: Float64Array): boolean {
  for (let i = 0; i < u.length; i++) if (u[i] !== v[i]) return false;
  return true;
}
