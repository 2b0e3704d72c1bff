import { abs, add, matmul, max, mul, objective, sub, sum, type Value } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import { foldIn, integers, key } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';
import { leastMaximum, minimize, type PiecewiseQuadratic } from './exact-programs.js';

type Draw = (count: number) => number[];
type Rows = (count: number, size: number) => number[][];

interface Program {
  readonly name: string;
  readonly make: (draw: Draw, rows: Rows) => PiecewiseQuadratic;
  /** Whether there is one minimizer. */
  readonly isUnique: boolean;
}

const unitVectors = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
const zeros = (n: number): number[][] => unitVectors(n).map((row) => row.map(() => 0));
const l1 = (n: number, beta: number): PiecewiseQuadratic['terms'] =>
  unitVectors(n).map((a) => ({ a, y: 0, alpha: 0, beta }));
/** Samples of which every second one is there twice. */
const twice = <T>(list: readonly T[]): T[] =>
  list.flatMap((one, i) => (i % 2 === 0 ? [one, one] : [one]));

const programs: readonly Program[] = [
  {
    name: 'least absolute deviations',
    isUnique: false,
    make: (draw, rows) => ({
      Q: zeros(2),
      p: [0, 0],
      terms: rows(7, 2).map((a) => ({ a, y: draw(1)[0]!, alpha: 0, beta: 1 })),
    }),
  },
  {
    name: 'least absolute deviations with duplicates, and L1',
    isUnique: false,
    make: (draw, rows) => ({
      Q: zeros(2),
      p: [0, 0],
      terms: [
        ...twice(rows(4, 2).map((a) => ({ a, y: draw(1)[0]!, alpha: 0, beta: 1 }))),
        ...l1(2, 0.5),
      ],
    }),
  },
  {
    name: 'quantile regression',
    isUnique: false,
    make: (draw, rows) => ({
      Q: zeros(2),
      p: [0, 0],
      // slopes 3/4 and −1/4
      terms: rows(7, 1).map(([x]) => ({ a: [x!, 1], y: draw(1)[0]!, alpha: 0.25, beta: 0.5 })),
    }),
  },
  {
    name: 'a support vector machine',
    isUnique: true,
    make: (draw, rows) => ({
      Q: unitVectors(3),
      p: [0, 0, 0],
      // max(0, 1 − c(w·x + b)), b in the norm, too
      terms: rows(6, 2).map((x) => {
        const c = draw(1)[0]! > 0 ? 1 : -1;
        return { a: [...x, 1].map((value) => c * value), y: 1, alpha: -0.5, beta: 0.5 };
      }),
    }),
  },
  {
    name: 'a support vector machine with duplicates',
    isUnique: true,
    make: (draw, rows) => ({
      Q: unitVectors(3),
      p: [0, 0, 0],
      terms: twice(
        rows(4, 2).map((x) => {
          const c = draw(1)[0]! > 0 ? 1 : -1;
          return { a: [...x, 1].map((value) => c * value), y: 1, alpha: -0.5, beta: 0.5 };
        }),
      ),
    }),
  },
  {
    name: 'projection with L1 and a fitted kink',
    isUnique: true,
    make: (draw, rows) => ({
      Q: unitVectors(3),
      p: draw(3),
      terms: [
        ...l1(3, 0.5),
        ...rows(3, 3).map((a) => ({ a, y: draw(1)[0]!, alpha: 0.25, beta: 0.5 })),
      ],
    }),
  },
];

/** Data in eighths or, where kinks are to meet at once, small integers. */
function drawing(seed: number): { draw: Draw; rows: Rows } {
  const root = foldIn(key(5150), seed);
  const isDegenerate = seed % 3 === 2;
  let use = 0;
  const draw: Draw = (count) =>
    Array.from(
      integers(foldIn(root, use++), [count], isDegenerate ? -2 : -20, isDegenerate ? 3 : 21),
      (k) => (isDegenerate ? k : k / 8),
    );
  const rows: Rows = (count, size) => Array.from({ length: count }, () => draw(size));
  return { draw, rows };
}

/** The program as a function; in units in which x is `scale` times as large. */
function traced({ Q, p, terms }: PiecewiseQuadratic, scale: number) {
  return objective((X: Value) => {
    const x = mul(1 / scale, X);
    const quadratic = mul(0.5, sum(mul(x, matmul(Q, x))));
    const u = sub(
      matmul(
        terms.map(({ a }) => [...a]),
        x,
      ),
      terms.map(({ y }) => y),
    );
    const kinked = add(
      mul(
        terms.map(({ alpha }) => alpha),
        u,
      ),
      mul(
        terms.map(({ beta }) => beta),
        abs(u),
      ),
    );
    return add(sub(quadratic, sum(mul([...p], x))), sum(kinked));
  }, p.length);
}

describe('flows end at the solution of their program, found by enumeration in integers', () => {
  test.each(programs)('$name', ({ make, isUnique }) => {
    for (let seed = 0; seed < 7; seed++) {
      const { draw, rows } = drawing(seed);
      const program = make(draw, rows);
      const best = minimize(program);
      const start = draw(best.length);
      for (const scale of seed < 2 ? [2 ** -10, 1, 2 ** 10] : [1]) {
        const risk = traced(program, scale);
        const at = start.map((x) => x * scale);
        const flow = gradientFlow(risk, at, {
          until: 1e4 * scale * scale,
          rtol: 1e-8,
          atol: 1e-10 * scale,
        });
        const told = `seed ${seed}, scale ${scale}: ${flow.reason}`;
        expect(flow.status, told).toBe('finished');
        const least = risk.value(Float64Array.from(best, (x) => x * scale));
        expect(risk.value(flow.theta) - least, told).toBeLessThan(1e-7 * (1 + Math.abs(least)));
        expect(risk.value(flow.theta) - least, told).toBeGreaterThan(
          -1e-12 * (1 + Math.abs(least)),
        );
        if (!isUnique) continue;
        best.forEach((x, i) => {
          expect(Math.abs(flow.theta[i]! / scale - x), told).toBeLessThan(1e-6);
        });
      }
    }
  });

  test('the least largest deviation (Chebyshev)', () => {
    for (let seed = 0; seed < 8; seed++) {
      const { draw, rows } = drawing(seed);
      const samples = rows(5, 1).map(([x]) => ({ g: [x!, 1], h: -draw(1)[0]! }));
      const pieces = samples.flatMap(({ g, h }) => [
        { g, h },
        { g: g.map((value) => -value), h: -h },
      ]);
      const best = leastMaximum(pieces);
      const start = draw(2);
      for (const scale of [2 ** -10, 1, 2 ** 10]) {
        const risk = objective(
          (X: Value) =>
            max(
              abs(
                add(
                  matmul(
                    samples.map(({ g }) => g),
                    mul(1 / scale, X),
                  ),
                  samples.map(({ h }) => h),
                ),
              ),
            ),
          2,
        );
        const flow = gradientFlow(
          risk,
          start.map((x) => x * scale),
          { until: 1e4 * scale * scale, rtol: 1e-8, atol: 1e-10 * scale },
        );
        const told = `seed ${seed}, scale ${scale}: ${flow.reason}`;
        expect(flow.status, told).toBe('finished');
        expect(Math.abs(risk.value(flow.theta) - best), told).toBeLessThan(1e-7 * (1 + best));
      }
    }
  });
});
