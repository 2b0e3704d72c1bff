import {
  backwardDifferentiation,
  bdf,
  integrate,
  ndf,
  solve,
  type Checkpoint,
  type InitialValueProblem,
  type Method,
} from '@nonsmooth/ode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { basisByPowers, rescale } from '../src/stiff/differences.js';
import { exact, testProblem } from './observed-order.js';
import { errorAtEnd, tanhNetwork } from './stiff-problems.js';

const methods: readonly Method[] = [bdf, ndf];

test('rescaled differences are those of the same polynomial at the new distance', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 6, maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      (order, coefficients, tenths) => {
        const factor = tenths / 10;
        const polynomial = (s: number): number =>
          coefficients.slice(0, order + 1).reduceRight((sum, c) => sum * s + c, 0);
        const differencesAt = (h: number): number[] => {
          let row = Array.from({ length: order + 1 }, (_, j) => polynomial(-j * h));
          const result = [];
          for (; row.length > 0; row = row.slice(1).map((value, i) => row[i]! - value)) {
            result.push(row[0]!);
          }
          return result;
        };
        const differences = differencesAt(0.1).map((value) => Float64Array.of(value));
        rescale(differences, order, factor);
        differencesAt(0.1 * factor).forEach((value, j) => {
          expect(differences[j]![0]).toBeCloseTo(value, 9);
        });
      },
    ),
    { seed: 4, numRuns: 200 },
  );
});

test('the basis of the interpolant by powers of θ is p_j(θ − 1)', () => {
  basisByPowers.forEach((polynomial, j) => {
    const theta = 0.3;
    let product = 1;
    for (let m = 0; m < j; m++) product *= (theta - 1 + m) / (m + 1);
    const value = polynomial.reduceRight((sum, coefficient) => sum * theta + coefficient, 0);
    expect(value).toBeCloseTo(product, 15);
  });
});

/** Errors at the end and within the first step, of fixed order and step, after an exact past. */
function errors(method: Method, order: number, steps: number): { end: number; between: number } {
  const h = 2 / steps;
  const options = { method, fixedStep: h, rtol: 1e-12, atol: 1e-14, dense: true };
  const start = integrate(testProblem, options).checkpoint();
  const history: number[] = [];
  let row = Array.from({ length: order + 1 }, (_, j) => exact(-j * h) as number[]);
  for (; row.length > 0; row = row.slice(1).map((y, j) => y.map((x, i) => row[j]![i]! - x))) {
    history.push(...row[0]!);
  }
  const { length } = start.stepper['history'] as readonly number[];
  while (history.length < length) history.push(0);
  const from: Checkpoint = {
    ...start,
    stepper: { ...start.stepper, order, nextOrder: order, step: h, history },
  };
  const integration = integrate(testProblem, { ...options, from });
  let between = 0;
  for (const { start, end, segment } of integration) {
    if (start !== 0) continue;
    for (const theta of [0.2, 0.4, 0.6, 0.8]) {
      exact(theta * end).forEach((expected, i) => {
        let value = 0;
        for (let j = segment!.degree; j >= 0; j--) {
          value = value * theta + segment!.coefficients[j]![i]!;
        }
        between = Math.max(between, Math.abs(value - expected));
      });
    }
  }
  const end = Math.max(...exact(2).map((value, i) => Math.abs(value - integration.y[i]!)));
  return { end, between };
}

describe.each(methods)('$name', (method) => {
  test('with fixed steps the order rises: what is left is the error of the first step, of order 2', () => {
    const error = (steps: number): number => {
      const options = { method, fixedStep: 2 / steps, rtol: 1e-10, atol: 1e-12 };
      const end = solve(testProblem, options).y.at(-1)!;
      return Math.max(...exact(2).map((value, i) => Math.abs(value - end[i]!)));
    };
    expect(error(320)).toBeLessThan(5e-5);
    expect(Math.log2(error(160) / error(320))).toBeGreaterThan(1.9);
  });

  test.each([1, 2, 3, 4, 5])('the observed order of order %i is as stated', (order) => {
    const steps = order < 3 ? 512 : 128;
    const kappa = method === ndf ? [-0.185, -1 / 9, -0.0823, -0.0415, 0] : [];
    const upTo = backwardDifferentiation({ ...method, kappa, maximumOrder: order });
    const coarse = errors(upTo, order, steps);
    const fine = errors(upTo, order, 2 * steps);
    const slope = Math.log2(coarse.end / fine.end);
    expect(slope).toBeGreaterThan(order - 0.2);
    expect(slope).toBeLessThan(order + 0.5);
    // the interpolant: local error, one order higher
    expect(Math.log2(coarse.between / fine.between)).toBeGreaterThan(order + 0.8);
  });
});

test('formulas of order at most 2 stay bounded on the whole imaginary axis, the one of order 5 does not', () => {
  const growth = (maximumOrder: number): number => {
    const method = backwardDifferentiation({ name: 'BDF', kappa: [], maximumOrder, citation: '' });
    const rotation: InitialValueProblem = {
      rhs: (_t: number, [a, b]: Float64Array, out: Float64Array) => out.set([b!, -a!]),
      y0: [1, 0],
      t0: 0,
      t1: 400,
    };
    const options = { method, fixedStep: 0.8, rtol: 1e-9, atol: 1e-9 };
    const start = integrate(rotation, options).checkpoint();
    const from = {
      ...start,
      stepper: { ...start.stepper, order: maximumOrder, nextOrder: maximumOrder },
    };
    const integration = integrate(rotation, { ...options, from });
    while (integration.next());
    return Math.hypot(...integration.y);
  };
  expect(growth(1)).toBeLessThan(1);
  expect(growth(2)).toBeLessThan(1);
  expect(growth(5)).toBeGreaterThan(1e3);
});

test('the highest order must be one of 1 to 5', () => {
  expect(() =>
    backwardDifferentiation({ name: 'BDF', kappa: [], maximumOrder: 6, citation: '' }),
  ).toThrow(/maximumOrder = 6/);
});

describe('the tanh network to t = 100, a Hessian counted as 9 right-hand sides', () => {
  // Dormand–Prince 5(4) needs 4200 at every error from 1e-2 to 1e-7
  const cost = (method: Method, rtol: number): { error: number; cost: number } => {
    const solution = solve(tanhNetwork, { method, rtol, atol: rtol });
    const { rhs, jacobians } = solution.statistics;
    return { error: errorAtEnd(solution, tanhNetwork.reference), cost: rhs + 9 * jacobians };
  };
  test.each(methods)('$name: at most a tenth at error 1e-4', (method) => {
    const { error, cost: work } = cost(method, 1e-6);
    expect(error).toBeLessThan(1e-4);
    expect(work).toBeLessThan(420);
  });
  test.each(methods)('$name: at most a fifth at error 1e-7', (method) => {
    const { error, cost: work } = cost(method, 1e-9);
    expect(error).toBeLessThan(1e-7);
    expect(work).toBeLessThan(840);
  });
});
