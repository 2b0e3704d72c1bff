import { requireCount, requireIndex } from '@nonsmooth/core';

/** Nodes and weights of a quadrature rule on [−1, 1]. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Nodes of the largest rule: the work grows with the cube of it. */
const largest = 256;

/**
 * The Gauss–Legendre rule with n nodes, exact for polynomials of degree ≤ 2n − 1. The zeros of P_n lie between
 * those of P_{n−1} and ±1 and are bisected there down to neighbouring doubles, so that the rule is the same on
 * every engine; weights 2/((1 − x²)P_n′(x)²).
 * @throws ArgumentError unless n is an integer from 1 to 256.
 */
export function gaussLegendre(n: number): QuadratureRule {
  requireIndex('n', n, largest + 1);
  requireCount('n', n);
  let nodes = new Float64Array(0);
  for (let degree = 1; degree <= n; degree++) {
    const bounds = [-1, ...nodes, 1];
    nodes = Float64Array.from({ length: degree }, (_, i) =>
      2 * i + 1 === degree ? 0 : bisect((x) => legendre(degree, x)[0], bounds[i]!, bounds[i + 1]!),
    );
  }
  const weights = nodes.map((x) => 2 / ((1 - x * x) * legendre(n, x)[1] ** 2));
  return { nodes, weights };
}

/** P_n(x) and P_n′(x) for |x| < 1 by the three-term recurrence. */
function legendre(n: number, x: number): [number, number] {
  let [previous, value] = [0, 1];
  for (let k = 1; k <= n; k++) {
    [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
  }
  return [value, (n * (x * value - previous)) / (x * x - 1)];
}

/** A zero of `f` between `left` and `right`, where f has different signs, to the last bit of its sign change. */
export function bisect(f: (x: number) => number, left: number, right: number): number {
  const positive = f(left) > 0;
  for (;;) {
    const middle = left + (right - left) / 2;
    if (middle <= left || middle >= right) return middle;
    if (f(middle) > 0 === positive) left = middle;
    else right = middle;
  }
}
