import type { KinkedFunction } from './kinked-function.js';
import { direction } from './norms.js';
import type { Pattern } from './pattern.js';

/**
 * Puts every kink of a pattern on its side at x: winners and directions too, kinks before those above them. Returns the
 * arguments there.
 */
export function takeSides(
  kinked: KinkedFunction,
  { sides }: Pattern,
  x: Float64Array,
): Float64Array {
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
  return u;
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
