import { rodas43, solve, type InitialValueProblem } from '@nonsmooth/ode';
import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { fixedStepError, testProblem } from './observed-order.js';
import { rootedTrees, type Tree } from './rooted-trees.js';
import {
  errorAtEnd,
  protheroRobinson,
  robertson,
  tanhNetwork,
  vanDerPol,
} from './stiff-problems.js';

const methods = [rodas43];

/** The coefficients of k_i = h·f(y + Σ α_ij k_j) + h·J·Σ γ_ij k_j, y₁ = y + Σ b_i k_i: C = I/γ − Γ⁻¹, A = α·Γ⁻¹. */
function standardForm({ stages, gamma, a, c, m, e }: (typeof methods)[number]) {
  const square = (rows: readonly (readonly number[])[]): Matrix =>
    new Matrix(rows.map((row) => Array.from({ length: stages }, (_, j) => row[j] ?? 0)));
  const gammas = inverse(Matrix.eye(stages, stages, 1 / gamma).sub(square(c)));
  const alpha = square(a).mmul(gammas);
  return {
    gammas: gammas.to2DArray(),
    alpha: alpha.to2DArray(),
    beta: Matrix.add(alpha, gammas).to2DArray(),
    weights: (u: readonly number[]): number[] => square([u]).mmul(gammas).getRow(0),
    m,
    e,
  };
}

/** Φ_i of a tree, with β_ij where a vertex has one branch and α_ij where it has more. Hairer, Wanner, table IV.7.1. */
function elementary(tree: Tree, alpha: number[][], beta: number[][]): [number[], number, number] {
  const matrix = tree.length === 1 ? beta : alpha;
  let density = 1;
  let order = 1;
  const stages = alpha.map(() => 1);
  for (const branch of tree) {
    const [inner, innerDensity, innerOrder] = elementary(branch, alpha, beta);
    density *= innerDensity;
    order += innerOrder;
    matrix.forEach((row, i) => {
      stages[i]! *= row.reduce((sum, x, j) => sum + x * inner[j]!, 0);
    });
  }
  return [stages, density * order, order];
}

describe.each(methods)('$name', (method) => {
  const { alpha, gammas, beta, weights, m, e } = standardForm(method);
  const violation = (b: number[], order: number, theta = 1): number =>
    Math.max(
      ...rootedTrees(order).map((tree) => {
        const [stages, density] = elementary(tree, alpha, beta);
        const value = stages.reduce((sum, x, i) => sum + x * b[i]!, 0);
        return Math.abs(value - theta ** order / density);
      }),
    );

  test('the times of its stages are consistent with its coefficients', () => {
    const sum = (row: number[]): number => row.reduce((s, x) => s + x, 0);
    alpha.forEach((row, i) => expect(sum(row)).toBeCloseTo(method.alpha[i]!, 12));
    gammas.forEach((row, i) => expect(sum(row)).toBeCloseTo(method.gammas[i]!, 12));
  });

  test('satisfies every order condition up to its order, and not all of the next', () => {
    for (let order = 1; order <= method.order; order++) {
      expect(violation(weights(m), order)).toBeLessThan(1e-12);
    }
    expect(violation(weights(m), method.order + 1)).toBeGreaterThan(1e-5);
  });

  test('the embedded solution satisfies every order condition up to its order, and not all of the next', () => {
    const embedded = weights(m.map((value, i) => value - e[i]!));
    for (let order = 1; order <= method.embeddedOrder; order++) {
      expect(violation(embedded, order)).toBeLessThan(1e-12);
    }
    expect(violation(embedded, method.embeddedOrder + 1)).toBeGreaterThan(1e-5);
  });

  test('the interpolant satisfies every order condition up to its order', () => {
    for (const theta of [0.2, 0.5, 0.9]) {
      const u = m.map((value, i) => {
        const inner = method.d.reduceRight((sum, row) => sum * theta + (row[i] ?? 0), 0);
        return theta * (value + (1 - theta) * inner);
      });
      for (let order = 1; order <= method.interpolantOrder; order++) {
        expect(violation(weights(u), order, theta)).toBeLessThan(1e-12);
      }
    }
  });

  test('the observed orders are as stated, with a right-hand side that depends on time', () => {
    const coarse = fixedStepError(method, 64);
    const fine = fixedStepError(method, 128);
    expect(Math.log2(coarse.end / fine.end)).toBeGreaterThan(method.order - 0.2);
    expect(Math.log2(coarse.end / fine.end)).toBeLessThan(method.order + 0.6);
    expect(Math.log2(coarse.between / fine.between)).toBeGreaterThan(method.interpolantOrder + 0.8);
  });

  test('∂f/∂t supplied gives the accuracy of the difference quotient', () => {
    const { timeDerivative: _, ...problem } = testProblem;
    const options = { method, rtol: 1e-7, atol: 1e-7 };
    const exactly = solve(testProblem, options);
    const approximately = solve(problem, options);
    exactly.y.at(-1)!.forEach((value, i) => {
      expect(approximately.y.at(-1)![i]).toBeCloseTo(value, 7);
    });
    expect(exactly.statistics.rhs).toBeLessThan(approximately.statistics.rhs);
  });

  test.each([1e-3, 1e-5, 1e-7])('solves the stiff problems at tolerance %f', (rtol) => {
    const chemistry = solve(robertson, { method, rtol, atol: 1e-6 * rtol });
    expect(errorAtEnd(chemistry, robertson.reference, true)).toBeLessThan(10 * rtol);
    const oscillator = solve(vanDerPol, { method, rtol, atol: 1e-3 * rtol });
    expect(errorAtEnd(oscillator, vanDerPol.reference)).toBeLessThan(10 * rtol);
  });

  test('stiffness costs no more than the order that it takes between the scales', () => {
    for (const lambda of [-1e2, -1e4, -1e6, -1e8]) {
      const problem = protheroRobinson(lambda);
      const solution = solve(problem, { method, rtol: 1e-4, atol: 1e-4 });
      expect(errorAtEnd(solution, problem.reference)).toBeLessThan(1e-3);
      // order 4 where h·λ is small or very large, less between
      expect(solution.statistics.rhs).toBeLessThan(lambda < -1e3 ? 60 : 400);
    }
  });

  test('is L-stable: a very stiff component is gone after one step', () => {
    const decay = (z: number): number => {
      const problem: InitialValueProblem = {
        rhs: (_t, [x], out) => void (out[0] = z * x!),
        jacobian: (_t, _y, out) => void (out[0] = z),
        autonomous: true,
        y0: [1],
        t0: 0,
        t1: 1,
      };
      return Math.abs(solve(problem, { method, fixedStep: 1 }).y.at(-1)![0]!);
    };
    expect(decay(-1e8)).toBeLessThan(1e-7);
    for (const z of [-0.1, -1, -3, -10, -50, -1e3]) expect(decay(z)).toBeLessThan(1);
  });

  test('follows the tanh network to t = 100 at a fifth of the cost of Dormand–Prince', () => {
    const solution = solve(tanhNetwork, { method, rtol: 1e-5, atol: 1e-5 });
    expect(errorAtEnd(solution, tanhNetwork.reference)).toBeLessThan(1e-4);
    const { rhs, jacobians } = solution.statistics;
    expect(rhs + 9 * jacobians).toBeLessThan(840);
  });
});
