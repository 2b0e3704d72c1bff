import { norm2 } from '@nonsmooth/core';
import { flatMinimum, type MultiplierSet } from './flat-minimum.js';
import { GramFactor } from './gram-factor.js';

const mostRounds = 30;

/**
 * Makes a minimum over balls, intervals and simplices that is nearly found exact: with the multipliers μ of the spheres
 * known, λ is the minimum of ½⟨λ, (G + D_μ)λ⟩ − ⟨h, λ⟩ without spheres, and the equations 1/‖λ_b(μ)‖ = 1/b, which are
 * nearly linear, are solved by Newton's method (Moré and Sorensen 1983, for one ball). λ stays as it is where that does
 * not come to an end.
 */
export function polishBalls(
  gram: Float64Array,
  h: Float64Array,
  sets: readonly MultiplierSet[],
  lambda: Float64Array,
): void {
  const k = h.length;
  const spheres = sets.filter(
    ({ kind, start, size, bound }) =>
      kind === 'ball' &&
      bound > 0 &&
      norm2(lambda.subarray(start, start + size)) > (1 - 1e-3) * bound,
  );
  if (spheres.length === 0) return;
  const open = sets.map((set) =>
    spheres.includes(set) ? { ...set, kind: 'interval' as const, bound: Infinity } : set,
  );
  // flat sets have one variable each where they are intervals
  const flat = open.flatMap((set): MultiplierSet[] =>
    set.kind === 'simplex' || set.size === 1
      ? [set]
      : Array.from({ length: set.size }, (_, i) => ({
          kind: 'interval',
          start: set.start + i,
          size: 1,
          bound: set.kind === 'ball' && set.bound <= 0 ? 0 : Infinity,
        })),
  );
  const mu = spheres.map(({ start, size, bound }) => {
    let along = 0;
    for (let i = start; i < start + size; i++) {
      let pull = h[i]!;
      for (let j = 0; j < k; j++) pull -= gram[i * k + j]! * lambda[j]!;
      along += pull * lambda[i]!;
    }
    return Math.max(0, along / bound ** 2);
  });
  const shifted = new Float64Array(k * k);
  const found = lambda.slice();
  for (let round = 0; round < mostRounds; round++) {
    shifted.set(gram);
    spheres.forEach(({ start, size }, b) => {
      for (let i = start; i < start + size; i++) {
        shifted[i * k + i] = shifted[i * k + i]! + mu[b]!;
      }
    });
    if (!flatMinimum(shifted, h, flat, found)) return;
    const lengths = spheres.map(({ start, size }) => norm2(found.subarray(start, start + size)));
    // inside a ball there is no force of its sphere
    const errors = spheres.map(({ bound }, b) => {
      const error = bound / lengths[b]! - 1;
      return mu[b] === 0 && error > 0 ? 0 : error;
    });
    if (errors.every((error) => Math.abs(error) <= 4e-16 * k)) break;
    if (round === mostRounds - 1 && errors.some((error) => Math.abs(error) > 1e-12)) return;
    const steps = newtonSteps(shifted, spheres, flat, found, lengths, errors);
    if (!steps.every(Number.isFinite)) return;
    steps.forEach((step, b) => (mu[b] = Math.max(0, mu[b]! + step)));
  }
  const isInside = sets.every(
    ({ kind, start, size, bound }) =>
      kind !== 'ball' || norm2(found.subarray(start, start + size)) <= bound * (1 + 1e-11),
  );
  if (isInside) lambda.set(found);
}

/** The step of Newton's method for b/‖λ_b(μ)‖ − 1 = 0. */
function newtonSteps(
  shifted: Float64Array,
  spheres: readonly MultiplierSet[],
  flat: readonly MultiplierSet[],
  found: Float64Array,
  lengths: readonly number[],
  errors: readonly number[],
): Float64Array {
  const k = found.length;
  const free: number[] = [];
  for (const { kind, start, size, bound } of flat) {
    for (let i = start; i < start + size; i++) {
      const at = found[i]!;
      const isFree = kind === 'interval' ? Math.abs(at) < bound : at > 0;
      if (isFree) free.push(i);
    }
  }
  const m = free.length;
  const reduced = new Float64Array(m * m);
  free.forEach((i, a) => free.forEach((j, b) => (reduced[a * m + b] = shifted[i * k + j]!)));
  const factor = new GramFactor(m);
  factor.factorize(reduced, m);
  const count = spheres.length;
  const jacobian = new Float64Array(count * count);
  const inSphere = ({ start, size }: MultiplierSet, i: number): boolean =>
    i >= start && i < start + size;
  spheres.forEach((sphere, c) => {
    // dλ/dμ_c = −(G + D)⁻¹ λ_c
    const change = Float64Array.from(free, (i) => (inSphere(sphere, i) ? found[i]! : 0));
    factor.solve(change, m);
    spheres.forEach((other, b) => {
      let along = 0;
      free.forEach((i, a) => {
        if (inSphere(other, i)) along += found[i]! * change[a]!;
      });
      jacobian[b * count + c] = (other.bound * along) / lengths[b]! ** 3;
    });
  });
  return solved(
    jacobian,
    Float64Array.from(errors, (error) => -error),
  );
}

/** Solves a small system by elimination with row pivots. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c + 1; r < n; r++) {
      if (Math.abs(matrix[r * n + c]!) > Math.abs(matrix[best * n + c]!)) best = r;
    }
    for (let j = 0; j < n; j++) {
      const held = matrix[c * n + j]!;
      matrix[c * n + j] = matrix[best * n + j]!;
      matrix[best * n + j] = held;
    }
    const held = right[c]!;
    right[c] = right[best]!;
    right[best] = held;
    for (let r = c + 1; r < n; r++) {
      const share = matrix[r * n + c]! / matrix[c * n + c]!;
      for (let j = c; j < n; j++)
        matrix[r * n + j] = matrix[r * n + j]! - share * matrix[c * n + j]!;
      right[r] = right[r]! - share * right[c]!;
    }
  }
  for (let r = n - 1; r >= 0; r--) {
    let sum = right[r]!;
    for (let j = r + 1; j < n; j++) sum -= matrix[r * n + j]! * right[j]!;
    right[r] = sum / matrix[r * n + r]!;
  }
  return right;
}
