import { evaluatePolynomial, type Monomial, type Polynomial } from '@nonsmooth/flows';
import { normal, type Key } from '@nonsmooth/tensor';
import { matrixOf, row, type Matrix } from '../matrix.js';

/** The heat equation u_t = ρΔu with the initial value φ, up to time T. */
export interface HeatEquation {
  readonly time: number;
  readonly diffusivity: number;
  readonly initial: Polynomial;
}

/** ‖x‖² in n variables. */
export function squaredNorm(n: number): Polynomial {
  return Array.from({ length: n }, (_, i) => ({
    coefficient: 1,
    exponents: Array.from({ length: n }, (_one, j) => (i === j ? 2 : 0)),
  }));
}

/** φ(x + √(2ρT) W) with standard normal W: random variables whose means are u(T, x). */
export function heatSamples(
  { time, diffusivity, initial }: HeatEquation,
  inputs: Matrix,
  key: Key,
): Matrix {
  const { rows, columns, data } = inputs;
  const deviation = Math.sqrt(2 * diffusivity * time);
  const noise = normal(key, [rows, columns]).data;
  const moved = data.map((x, i) => x + deviation * noise[i]!);
  const ends = { rows, columns, data: moved };
  return matrixOf(rows, 1, (i) => [evaluatePolynomial(initial, row(ends, i))]);
}

/** u(T, x) = Σ_k (ρT)ᵏ Δᵏφ(x)/k!, a finite sum for polynomials. */
export function heatSolution({ time, diffusivity, initial }: HeatEquation, inputs: Matrix): Matrix {
  const solution: Monomial[] = [];
  let term: Monomial[] = [...initial];
  for (let k = 1; term.length > 0; k++) {
    solution.push(...term);
    const factor = (diffusivity * time) / k;
    term = laplacian(term).map((one) => ({ ...one, coefficient: factor * one.coefficient }));
  }
  return matrixOf(inputs.rows, 1, (i) => [evaluatePolynomial(solution, row(inputs, i))]);
}

function laplacian(polynomial: Polynomial): Monomial[] {
  return polynomial.flatMap(({ coefficient, exponents }) =>
    exponents.flatMap((power, i) =>
      power < 2
        ? []
        : [
            {
              coefficient: coefficient * power * (power - 1),
              exponents: exponents.map((one, j) => (i === j ? one - 2 : one)),
            },
          ],
    ),
  );
}
