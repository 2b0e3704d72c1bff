import {
  abs,
  add,
  elementwise,
  gather,
  mul,
  sub,
  sum,
  tanh,
  trace,
  unaryOps,
  type NodeOf,
  type UnaryOp,
} from '@nonsmooth/autodiff';
import {
  certify,
  evaluateExpression,
  programOfExpression,
  verify,
  type Expression,
} from '@nonsmooth/subgradient';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localForm } from '../src/abs-normal/local-form.js';
import { radiusOfConstancy } from '../src/certify/radius.js';
import * as rational from '../src/exact/rational.js';
import type { Rational } from '../src/exact/rational.js';
import { elementaryRule } from '../src/procedure/elementary-bounds.js';
import { planOf } from '../src/procedure/plan.js';
import { scalarProcedure } from '../src/procedure/scalar-procedure.js';
import { randomExpression } from './support/random-program.js';

/** A number with its derivatives, in fractions. */
interface Dual {
  readonly value: Rational;
  readonly slopes: readonly Rational[];
}

/** f and ∇f in fractions at a point of doubles, on this side of all kinks that are active. */
function exactly(expression: Expression, point: readonly number[], atKinks: boolean): Dual {
  const zero = point.map(() => rational.zero);
  const combine = (u: Dual, v: Dual, f: Rational, g: Rational): Dual => ({
    value: rational.add(rational.multiply(f, u.value), rational.multiply(g, v.value)),
    slopes: u.slopes.map((slope, t) =>
      rational.add(rational.multiply(f, slope), rational.multiply(g, v.slopes[t]!)),
    ),
  });
  const minusOne = rational.fromNumber(-1);
  const none: Dual = { value: rational.zero, slopes: zero };
  const side = (z: Dual): boolean => (z.value.n === 0n ? atKinks : rational.sign(z.value) > 0);
  const product = (u: Dual, v: Dual): Dual => ({
    value: rational.multiply(u.value, v.value),
    slopes: combine(u, v, v.value, u.value).slopes,
  });
  const unsupported = (): never => {
    throw new Error('no fraction');
  };
  return evaluateExpression<Dual>(
    expression,
    point.map((x, t) => ({
      value: rational.fromNumber(x),
      slopes: zero.map((_, s) => (s === t ? rational.one : rational.zero)),
    })),
    {
      constant: (value) => ({ value: rational.fromNumber(value), slopes: zero }),
      binary: {
        add: (u, v) => combine(u, v, rational.one, rational.one),
        sub: (u, v) => combine(u, v, rational.one, minusOne),
        mul: product,
        div: unsupported,
        max: (u, v) => (side(combine(u, v, rational.one, minusOne)) ? u : v),
        min: (u, v) => (side(combine(u, v, rational.one, minusOne)) ? v : u),
      },
      unary: {
        neg: (u) => combine(u, none, minusOne, rational.one),
        abs: (u) => (side(u) ? u : combine(u, none, minusOne, rational.one)),
        relu: (u) => (side(u) ? u : none),
        square: (u) => product(u, u),
        exp: unsupported,
        sin: unsupported,
        cos: unsupported,
        tanh: unsupported,
        sqrt: unsupported,
      },
    },
  );
}

/** Coordinates whose sums and multiples cancel exactly, or by a few last digits. */
const decimal = fc
  .tuple(fc.integer({ min: -6, max: 6 }), fc.constantFrom(0.1, 1 / 3, 0.01, 1 / 7, 0.25, 1e-17))
  .map(([k, unit]) => k * unit);

const decimalProgram = fc.integer({ min: 1, max: 3 }).chain((dimension) =>
  fc.record({
    expression: randomExpression(dimension, { depth: 4, curved: true }),
    point: fc.array(decimal, { minLength: dimension, maxLength: dimension }),
  }),
);

test('where a plan decides, signs, values, gradients and radii are those of exact arithmetic and of the tape', () => {
  let decided = 0;
  fc.assert(
    fc.property(decimalProgram, ({ expression, point }) => {
      const program = programOfExpression(expression, point.length);
      const plan = planOf(program)!;
      if (!plan.run(point)) return;
      decided++;
      const exact = exactly(expression, point, true);
      expect(exactly(expression, point, false)).toEqual(exact);
      const { tape, switching } = scalarProcedure(program, point);
      switching.forEach((z, i) => {
        const sign = rational.sign(tape.exact(z)!);
        expect(Math.sign(plan.value[plan.switching[i]!]!)).toBe(sign);
      });
      const error = rational.add(exact.value, rational.fromNumber(-plan.value[plan.output]!));
      expect(Math.abs(rational.toNumber(error))).toBeLessThanOrEqual(plan.radius[plan.output]!);
      const { gradient, verdict, certificate, radiusOfConstancy: radius } = certify(program, point);
      expect(verdict).toBe('gradient');
      gradient.forEach((entry, t) => {
        const slope = rational.toNumber(exact.slopes[t]!);
        expect(Math.abs(entry - slope)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(slope)));
      });
      expect(radius).toBe(radiusOfConstancy(localForm(program, point).procedure));
      expect(verify(JSON.parse(JSON.stringify(certificate)) as typeof certificate, program)).toBe(
        true,
      );
    }),
    { numRuns: 1000 },
  );
  expect(decided).toBeGreaterThan(200);
});

test('a plan that runs again at other points answers as a new one', () => {
  fc.assert(
    fc.property(
      decimalProgram.chain((program) =>
        fc.record({
          program: fc.constant(program),
          others: fc.array(
            fc.array(decimal, {
              minLength: program.point.length,
              maxLength: program.point.length,
            }),
            { minLength: 2, maxLength: 4 },
          ),
        }),
      ),
      ({ program: { expression, point }, others }) => {
        const program = programOfExpression(expression, point.length);
        const plan = planOf(program)!;
        for (const other of [...others, point]) {
          const fresh = planOf(program)!;
          expect(plan.run(other)).toBe(fresh.run(other));
          if (plan.run(other)) expect(plan.value[plan.output]).toBe(fresh.value[fresh.output]);
        }
      },
    ),
    { numRuns: 200 },
  );
});

const cubic = {
  name: 'cubic',
  value: (x: number) => x ** 3 - x,
  derivative: (x: number) => 3 * x * x - 1,
  secondDerivative: (x: number) => 6 * x,
};

const functions = unaryOps.flatMap((op): NodeOf<UnaryOp>[] => {
  const node = { op, inputs: [0], shape: [] };
  switch (op) {
    case 'pow':
      return [-2, -1, 0, 0.5, 1, 1.5, 2, 3, 7].map((exponent) => ({ ...node, exponent }));
    case 'sinc':
    case 'exprel':
      return [0, 1, 2].map((order) => ({ ...node, order }));
    case 'elementwise':
      return [0, 1].map((order) => ({ ...node, fn: cubic, order }));
    default:
      return [node];
  }
});

const nameOf = (node: NodeOf<UnaryOp>): string =>
  [node.op, ...Object.values(node).filter((part) => typeof part === 'number')].join(' ');

test.each(functions.map((node) => [nameOf(node), node] as const))(
  'the suprema of |f′| and |f″| bound every difference of f and f′: %s',
  (_, node) => {
    const rule = elementaryRule(node);
    fc.assert(
      fc.property(
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.constantFrom(1e-9, 1e-3, 0.1, 1),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (x, size, offsets) => {
          const r = rule.isSampled ? Math.min(size, 1e-9) : size;
          const [low, high] = [x - r, x + r];
          const [slope, curvature] = [rule.slope(low, high), rule.curvature(low, high)];
          for (const offset of offsets) {
            const y = x + r * offset;
            const [change, turn] = [
              rule.value(y) - rule.value(x),
              rule.derivative(y) - rule.derivative(x),
            ];
            const noise = (v: number): number => 1e-13 * (1 + Math.abs(v)) + 2 * (rule.noise ?? 0);
            if (slope < Infinity) {
              expect(Math.abs(change)).toBeLessThanOrEqual(
                slope * Math.abs(y - x) * (1 + 1e-9) + noise(rule.value(x)),
              );
            }
            if (slope < Infinity && curvature < Infinity) {
              expect(Math.abs(turn)).toBeLessThanOrEqual(
                curvature * Math.abs(y - x) * (1 + 1e-9) + noise(rule.derivative(x)) * 10,
              );
              // f′ is the derivative: the error of the chord is at most half of sup |f″| times its length
              expect(Math.abs(change - rule.derivative(x) * (y - x))).toBeLessThanOrEqual(
                (curvature * (y - x) ** 2) / 2 + noise(rule.value(x)) * 10,
              );
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  },
);

test('a sign that rounding hides behind 5000 steps is undecided, with the reason', () => {
  const program = trace(
    (x) => {
      let [u, v] = [sum(gather(x, [0])), sum(gather(x, [1]))];
      for (let i = 0; i < 5000; i++) {
        [u, v] = [tanh(mul(0.9, add(u, 0.3))), tanh(mul(0.9, add(v, 0.3)))];
      }
      return abs(sub(u, v));
    },
    [[2]],
  );
  const { verdict, reasons } = certify(program, [0.1, 0.2]);
  expect(verdict).toBe('undecided');
  expect(reasons.map(({ code }) => code)).toEqual(['hiddenSign']);
});

test('a user’s function that certifies its own caller gets the answer of the tape', () => {
  let depth = 0;
  const inner = {
    name: 'inner',
    value: (x: number): number => {
      if (depth++ === 0) expect(certify(program, [0.5]).verdict).toBe('gradient');
      return x * x;
    },
    derivative: (x: number) => 2 * x,
    secondDerivative: () => 2,
  };
  const program = trace((x) => sum(elementwise(inner, x)), [[1]]);
  expect(certify(program, [0.25]).gradient).toEqual(Float64Array.of(0.5));
});
