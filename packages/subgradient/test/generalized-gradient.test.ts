import {
  abs,
  add,
  equal,
  gather,
  mul,
  neg,
  relu,
  square,
  sub,
  sum,
  trace,
  where,
} from '@nonsmooth/autodiff';
import type { Objective, Tracer, Value } from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  approximationFamilies,
  eventuallyExact,
  eventuallyExactMirrored,
  generalizedGradient,
  huberFamily,
  softplusFamily,
} from '@nonsmooth/subgradient';
import { backward, integerCase, riskOf } from './support/relu-network.js';

const seeded = (numRuns: number) => ({ numRuns });
const at = (x: Tracer, i: number): Value => sum(gather(x, [i]));
const list = (gradient: ArrayLike<number>): number[] => Array.from(gradient, (v) => v + 0);

test('the eventually exact family satisfies its stated bounds and is C¹', () => {
  for (const epsilon of [1, 0.3, 1e-3]) {
    const fn = eventuallyExact.at(epsilon);
    const mirrored = eventuallyExactMirrored.at(epsilon);
    for (let i = -20; i <= 60; i++) {
      const x = (i / 40) * epsilon;
      const defect = Math.max(x, 0) - fn.value(x);
      expect(defect).toBeGreaterThanOrEqual(-1e-16);
      expect(defect).toBeLessThanOrEqual((4 / 27) * epsilon * (1 + 1e-15));
      expect(fn.derivative(x)).toBeGreaterThanOrEqual(0);
      expect(fn.derivative(x)).toBeLessThanOrEqual((4 / 3) * (1 + 1e-15));
      expect(mirrored.derivative(x)).toBeGreaterThanOrEqual(-1 / 3 - 1e-15);
      expect(mirrored.derivative(x)).toBeLessThanOrEqual(1);
    }
    expect([0, epsilon, 2 * epsilon].map((x) => fn.value(x))).toEqual([0, epsilon, 2 * epsilon]);
    expect([0, epsilon].map((x) => fn.derivative(x))).toEqual([0, 1]);
    expect([0, -epsilon].map((x) => mirrored.derivative(x))).toEqual([1, 0]);
  }
});

test('derivatives of all families are those of their values', () => {
  const h = 1e-6;
  for (const family of approximationFamilies) {
    const fn = family.at(0.5);
    for (const x of [-0.7, -0.3, -0.1, 0.1, 0.2, 0.4, 0.9]) {
      const slope = (fn.value(x + h) - fn.value(x - h)) / (2 * h);
      const curvature = (fn.derivative(x + h) - fn.derivative(x - h)) / (2 * h);
      expect(fn.derivative(x)).toBeCloseTo(slope, 8);
      expect(fn.secondDerivative!(x)).toBeCloseTo(curvature, 7);
    }
    expect(family.at(1e-9).derivative(0)).toBe(family.derivativeAtZero);
  }
});

test('integer networks: G is the backward sweep with relu′(0) = 0, mirrored with relu′(0) = 1, exactly', () => {
  fc.assert(
    fc.property(integerCase, ({ problem, theta }) => {
      const risk = riskOf(problem);
      const samples = problem.inputs.length;
      for (const [family, atZero] of [
        [eventuallyExact, 0],
        [eventuallyExactMirrored, 1],
      ] as const) {
        const truth = backward(problem, theta, () => atZero).gradient.map((g) => g / samples);
        const found = generalizedGradient(risk, theta, { family });
        expect(list(found.gradient)).toEqual(list(truth));
        expect(found.exact).toBe(true);
      }
    }),
    seeded(150),
  );
});

test('the sequence is constant exactly from the stated threshold on', () => {
  fc.assert(
    fc.property(integerCase, ({ problem, theta }) => {
      const risk = riskOf(problem);
      const { preactivations } = backward(problem, theta, () => 0);
      const positive = preactivations.flat(2).filter((z) => z > 0);
      const found = generalizedGradient(risk, theta, { epsilon: 8, ratio: 0.5 });
      expect(found.threshold).toBe(positive.length > 0 ? Math.min(...positive) : Infinity);
      expect(found.activeKinks).toBe(preactivations.flat(2).filter((z) => z === 0).length);
      for (const { epsilon, value, gradient, error } of found.sequence) {
        if (epsilon > found.threshold) continue;
        expect(error).toBe(0);
        expect(list(gradient)).toEqual(list(found.gradient));
        expect(value).toBe(found.value);
      }
      const small = found.sequence.filter(({ epsilon }) => epsilon <= found.threshold);
      expect(small.length).toBeGreaterThanOrEqual(2);
    }),
    seeded(100),
  );
});

test('above the threshold an activation differs: L = relu(x)² at x = 1', () => {
  const f = (x: Tracer) => square(relu(sum(x)));
  const found = generalizedGradient(f, [1], { epsilon: 4, ratio: 0.5 });
  expect(found.threshold).toBe(1);
  expect(found.sequence.map(({ epsilon, error }) => [epsilon, error === 0])).toEqual([
    [4, false],
    [2, false],
    [1, true],
    [0.5, true],
  ]);
});

test('a tiny threshold is reached by a jump, not by endless halving', () => {
  const found = generalizedGradient((x) => square(relu(sum(x))), [1e-200]);
  expect(found.threshold).toBe(1e-200);
  expect(found.sequence.length).toBe(22);
  expect(found.sequence.at(-1)!.error).toBe(0);
  expect(list(found.gradient)).toEqual([2e-200]);
});

test('G equals ∇L wherever no pre-activation is zero', () => {
  const entry = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(integerCase, fc.array(entry, { minLength: 40, maxLength: 40 }), (c, noise) => {
      const theta = c.theta.map((t, i) => t + noise[i % 40]! * (1 + i / 100));
      const risk = riskOf(c.problem);
      const found = generalizedGradient(risk, theta);
      const gradient = new Float64Array(theta.length);
      risk.gradient(Float64Array.from(theta), gradient);
      fc.pre(found.activeKinks === 0);
      // digit by digit, but for what products below the smallest double lose
      gradient.forEach((g, i) => {
        expect(Math.abs(found.gradient[i]! - g)).toBeLessThanOrEqual(2 ** -1020);
      });
    }),
    seeded(60),
  );
});

test('counterexamples without biases or with agnostic constants', () => {
  // relu(x) − relu(−x) = x: every generalized derivative is 1, the procedure's limit is 0, mirrored 2.
  const identity = (x: Tracer) => sub(relu(sum(x)), relu(neg(sum(x))));
  expect(list(generalizedGradient(identity, [0]).gradient)).toEqual([0]);
  expect(
    list(generalizedGradient(identity, [0], { family: eventuallyExactMirrored }).gradient),
  ).toEqual([2]);
  // (relu(w)+1)² + (relu(−w)−1)² = (w+1)² + 1, ∂ = {2}: the constant c gives 4c.
  const noBias = (x: Tracer) =>
    add(square(add(relu(sum(x)), 1)), square(sub(relu(neg(sum(x))), 1)));
  const limits = [eventuallyExact, eventuallyExactMirrored, softplusFamily].map(
    (family) => generalizedGradient(noBias, [0], { family, steps: 30 }).gradient[0]!,
  );
  expect(limits[0]! + 0).toBe(0);
  expect(limits[1]).toBe(4);
  expect(limits[2]).toBeCloseTo(2, 6);
  // Equal inputs, targets ±1: L = 2relu(b)² + 2 is C¹ at 0 with gradient 0, and G finds it.
  const opposite = (x: Tracer) => add(square(sub(relu(sum(x)), 1)), square(add(relu(sum(x)), 1)));
  expect(list(generalizedGradient(opposite, [0]).gradient)).toEqual([0]);
});

test('families that only converge: the limit depends on the family at deeper kinks', () => {
  // relu(relu(1 + x₀) − 1 + x₁): softplus lifts the inner activation, Huber lowers it.
  const deep = (x: Tracer) => relu(add(sub(relu(add(at(x, 0), 1)), 1), at(x, 1)));
  const limit = (family: typeof huberFamily) =>
    list(generalizedGradient(deep, [0, 0], { family, steps: 25 }).gradient);
  expect(limit(eventuallyExact)).toEqual([0, 0]);
  expect(limit(huberFamily)).toEqual([0, 0]);
  expect(limit(softplusFamily)[1]).toBeCloseTo(0.5, 6);
  const huber = generalizedGradient(deep, [0, 0.25], { family: huberFamily, steps: 25 });
  expect(huber.exact).toBe(false);
  expect(huber.threshold).toBe(0);
  expect(list(huber.gradient)).toEqual([1, 1]);
});

test('bad input is refused by name', () => {
  const f = (x: Tracer) => relu(sum(x));
  expect(() => generalizedGradient((x) => sum(abs(x)), [1])).toThrow(/abs.*relu as the only kink/);
  const jumps = (x: Tracer): Value => sum(where(equal(x, 0), 1, relu(x)));
  expect(() => generalizedGradient(jumps, [1])).toThrow(/equal.*relu as the only kink/);
  expect(() => generalizedGradient(f, [NaN])).toThrow(/point\[0\] = NaN/);
  expect(() => generalizedGradient(f, [1], { epsilon: -1 })).toThrow(/epsilon = -1/);
  expect(() => generalizedGradient(f, [1], { ratio: 1 })).toThrow(/ratio = 1/);
  expect(() => generalizedGradient((x) => mul(2, x), [1, 2])).toThrow(
    /outputs of subject = \[2\]; allowed: one number/,
  );
  const program = trace((x) => f(x), [[3]]);
  expect(() => generalizedGradient(program, [1])).toThrow(/point = 1; allowed: 3 entries/);
  const bare: Objective = { dimension: 1, value: () => 0, gradient: () => 0 };
  expect(() => generalizedGradient(bare, [1])).toThrow(/objectives with `program`/);
});
