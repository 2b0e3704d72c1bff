import {
  bdf,
  integrate,
  kennedyCarpenter43,
  ndf,
  radauIIA5,
  rodas43,
  solve,
  type Checkpoint,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { describe, expect, test } from 'vitest';
import { errorAtEnd, robertson, tanhNetwork, vanDerPol } from './stiff-problems.js';

const methods = [bdf, ndf, radauIIA5, rodas43, kennedyCarpenter43];

test('the products with the Hessian of the tanh network are those of its matrix', () => {
  const theta = Float64Array.from(tanhNetwork.y0);
  const n = theta.length;
  const v = theta.map((_, i) => ((7 * i) % 11) - 5);
  const [matrix, image] = [new Float64Array(n * n), new Float64Array(n)];
  tanhNetwork.jacobian!(0, theta, matrix, undefined);
  tanhNetwork.jacobianVector!(0, theta, v, image, undefined);
  image.forEach((value, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * v[j]!;
    expect(value).toBeCloseTo(sum, 10);
  });
});

/** u' = n²·(second differences of u), zero at both ends: sin(kπx) decays by exp(−4n² sin²(kπ/2n)·t). */
function heat(n: number): { problem: InitialValueProblem; exact: (t: number) => Float64Array } {
  const m = n - 1;
  const apply = (v: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < m; i++) {
      out[i] = n * n * ((v[i - 1] ?? 0) - 2 * v[i]! + (v[i + 1] ?? 0));
    }
  };
  const exact = (t: number): Float64Array =>
    Float64Array.from({ length: m }, (_, i) =>
      [1, 5, 40].reduce((sum, k) => {
        const rate = 4 * n * n * Math.sin((k * Math.PI) / (2 * n)) ** 2;
        return sum + Math.exp(-rate * t) * Math.sin((k * Math.PI * (i + 1)) / n);
      }, 0),
    );
  const problem: InitialValueProblem = {
    rhs: (_t, y, out) => apply(y, out),
    jacobianVector: (_t, _y, v, out) => apply(v, out),
    y0: exact(0),
    t0: 0,
    t1: 0.1,
    symmetric: true,
    autonomous: true,
  };
  return { problem, exact };
}

describe.each(methods)('$name with products only', (method) => {
  const options = { method, linearSolver: 'krylov' as const };

  test('follows the tanh network as accurately as with factorizations', () => {
    const tolerances = { rtol: 1e-6, atol: 1e-6 };
    const direct = solve(tanhNetwork, { method, ...tolerances });
    const krylov = solve(tanhNetwork, { ...options, ...tolerances });
    const { reference } = tanhNetwork;
    expect(errorAtEnd(krylov, reference)).toBeLessThan(3 * errorAtEnd(direct, reference));
    expect(krylov.statistics.accepted).toBeLessThan(1.2 * direct.statistics.accepted);
    expect(krylov.statistics).toMatchObject({ jacobians: 0, factorizations: 0 });
    // far fewer products than the columns of as many Hessians
    const { jacobianVectors } = krylov.statistics;
    expect(jacobianVectors).toBeGreaterThan(0);
    expect(jacobianVectors).toBeLessThan(3000);
  });

  test('does without symmetry, and without products supplied', () => {
    const { problem, exact } = heat(50);
    const { jacobianVector: _, ...quotients } = problem;
    for (const variant of [{ ...problem, symmetric: false }, quotients]) {
      const { y, statistics } = solve(variant, { ...options, rtol: 1e-5, atol: 1e-7 });
      exact(0.1).forEach((value, i) => {
        expect(Math.abs(y.at(-1)![i]! - value)).toBeLessThan(1e-4);
      });
      if (variant === quotients) expect(statistics.jacobianVectors).toBe(0);
    }
  });

  test('solves badly scaled problems that are not symmetric', () => {
    const rtol = 1e-5;
    const chemistry = solve(robertson, { ...options, rtol, atol: 1e-6 * rtol });
    expect(errorAtEnd(chemistry, robertson.reference, true)).toBeLessThan(10 * rtol);
    const oscillator = solve(vanDerPol, { ...options, rtol, atol: 1e-3 * rtol });
    expect(errorAtEnd(oscillator, vanDerPol.reference)).toBeLessThan(50 * rtol);
    expect(oscillator.statistics.rhs).toBeLessThan(25_000);
  });

  test('solves the heat equation with 199 unknowns, products the default if there is no matrix', () => {
    const { problem, exact } = heat(200);
    const { y, statistics } = solve(problem, { method, rtol: 1e-5, atol: 1e-7 });
    const expected = exact(0.1);
    for (let i = 0; i < expected.length; i++) {
      expect(Math.abs(y.at(-1)![i]! - expected[i]!)).toBeLessThan(1e-4);
    }
    // an explicit method is held to steps of 2/160000: 8000 of them
    expect(statistics.accepted).toBeLessThan(200);
    expect(statistics.jacobians).toBe(0);
  });

  test('a checkpoint as JSON continues with the same bits', () => {
    const { problem } = heat(50);
    const tolerances = { rtol: 1e-5, atol: 1e-5 };
    const whole = integrate(problem, { ...options, ...tolerances });
    let saved = '';
    let count = 0;
    while (whole.next()) if (++count === 6) saved = JSON.stringify(whole.checkpoint());
    const from = JSON.parse(saved) as Checkpoint;
    const rest = integrate(problem, { ...options, ...tolerances, from });
    while (rest.next());
    expect([...rest.y]).toEqual([...whole.y]);
    expect(rest.statistics).toEqual(whole.statistics);
  });
});
