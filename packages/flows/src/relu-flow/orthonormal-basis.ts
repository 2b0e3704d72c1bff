import { dot } from '@nonsmooth/core';

/** Subtracts, in place, the orthogonal projection on the span of an orthonormal basis. */
export function removeSpan(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (const q of basis) {
    const share = dot(q, vector);
    for (let i = 0; i < vector.length; i++) vector[i]! -= share * q[i]!;
  }
}

/**
 * Gram and Schmidt's orthonormal basis of a span; a vector whose distance from the span of those before is at most
 * `tolerance` of its length is left out.
 */
export function orthonormalBasis(
  vectors: readonly Float64Array[],
  tolerance: number,
): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    // twice is enough for orthogonality to rounding
    removeSpan(rest, basis);
    removeSpan(rest, basis);
    const length = Math.sqrt(dot(rest, rest));
    if (length > tolerance * Math.sqrt(dot(vector, vector))) {
      basis.push(rest.map((x) => x / length));
    }
  }
  return basis;
}

/** The unit vector of a space, given by an orthonormal basis, orthogonal to vectors that leave one dimension of it. */
export function normalTo(
  vectors: readonly Float64Array[],
  space: readonly Float64Array[],
  tolerance: number,
): Float64Array | undefined {
  const basis = orthonormalBasis(vectors, tolerance);
  if (basis.length !== space.length - 1) return undefined;
  const rests = space.map((q) => {
    const rest = q.slice();
    removeSpan(rest, basis);
    removeSpan(rest, basis);
    return rest;
  });
  const longest = rests.reduce((p, q) => (dot(q, q) > dot(p, p) ? q : p));
  const length = Math.sqrt(dot(longest, longest));
  return longest.map((x) => x / length);
}

/** The ascending choices of `size` of the numbers below `count`. */
export function* combinations(count: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - size; first++) {
    for (const rest of combinations(count, size - 1, first + 1)) yield [first, ...rest];
  }
}
