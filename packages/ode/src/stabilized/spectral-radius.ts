import { norm2 } from '@nonsmooth/core';
import type { System } from '../system.js';

const largestIterations = 50;
const tolerance = 0.01;
const safety = 1.2;

/**
 * A bound of the spectral radius of ∂f/∂y at (t, y), where f(t, y) = f: the problem's own, or 1.2 times an estimate
 * by the power method, v ← J v / |J v| until |J v| changes by less than 1 %. `v` is where to start and keeps the
 * last vector for the next time; all zero at first.
 * Sommeijer, Shampine, Verwer, "RKC: an explicit solver for parabolic PDEs", J. Comput. Appl. Math. 88 (1997), §3.
 */
export function spectralRadius(
  system: System,
  t: number,
  y: Float64Array,
  f: Float64Array,
  v: Float64Array,
  product: Float64Array,
): number {
  if (system.spectralRadius) {
    const bound = system.spectralRadius(t, y);
    if (bound >= 0 && bound < Infinity) return bound;
    system.fail('nonFinite', `spectralRadius = ${bound} is not a finite number ≥ 0`);
  }
  if (norm2(v) === 0) {
    const length = norm2(f);
    if (length > 0) for (let i = 0; i < v.length; i++) v[i] = f[i]! / length;
    stir(v);
  }
  let radius = 0;
  let largest = 0;
  for (let iteration = 0; iteration < largestIterations; iteration++) {
    system.jacobianVector(t, y, f, v, product);
    const length = norm2(product);
    if (length === 0) return 0;
    if (!Number.isFinite(length)) {
      system.fail('nonFinite', `a product of the Jacobian with a vector has the length ${length}`);
    }
    for (let i = 0; i < v.length; i++) v[i] = product[i]! / length;
    const change = Math.abs(length - radius);
    radius = length;
    largest = Math.max(largest, radius);
    if (iteration >= 2 && change <= tolerance * radius) return safety * radius;
  }
  // pairs of complex eigenvalues of equal size: |J v| goes round, below its largest
  return safety * largest;
}

/**
 * Gives a vector of length 1 or 0 some part of every eigenvector: the right-hand side alone may be an eigenvector of a
 * small eigenvalue, as for the heat equation from one wave. The parts are multiples of the golden ratio modulo 1.
 */
export function stir(v: Float64Array): void {
  for (let i = 0; i < v.length; i++) {
    const part = ((i + 1) * 0.618033988749895) % 1;
    v[i] = v[i]! + (part - 0.5) / Math.sqrt(v.length);
  }
}
