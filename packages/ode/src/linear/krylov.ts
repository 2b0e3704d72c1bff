/** out = A·v; must not keep `v`. */
export type LinearOperator = (v: Float64Array, out: Float64Array) => void;

/** An iterative solver of A·x = b from products with A. */
export interface KrylovSolver {
  /** Solves in place, from x = 0, until |b − A·x| ≤ tolerance·|b| in the Euclidean norm; false if it does not get there. */
  solve(b: Float64Array, tolerance: number): boolean;
}
