import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  biasShiftCertificate,
  certify,
  eventuallyExact,
  eventuallyExactMirrored,
  generalizedGradient,
  HiddenSignError,
  verify,
  verifyBiasShift,
} from '@nonsmooth/subgradient';
import {
  abs,
  add,
  exp,
  gather,
  greater,
  mul,
  relu,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  where,
} from '@nonsmooth/autodiff';
import type { Tracer, Value } from '@nonsmooth/autodiff';
import { exactBackward } from './support/exact-network.js';
import { decimalCase } from './support/decimal-case.js';
import { riskOf, type Problem } from './support/relu-network.js';

const at = (x: Tracer, i: number): Value => sum(gather(x, [i]));

function expectNear(found: ArrayLike<number>, expected: readonly number[]): void {
  const scale = expected.reduce((worst, x) => Math.max(worst, Math.abs(x)), 1);
  expected.forEach((x, t) => expect(Math.abs(found[t]! - x)).toBeLessThanOrEqual(1e-12 * scale));
}

const zeros = (signs: readonly number[]): number[] =>
  signs.flatMap((sign, i) => (sign === 0 ? [i] : []));

test('decimal weights: the limits, the exact twin and certify agree on every sign, kink and gradient', () => {
  let active = 0;
  fc.assert(
    fc.property(decimalCase, ({ problem, theta }) => {
      const risk = riskOf(problem);
      const samples = problem.inputs.length;
      for (const [family, side] of [
        [eventuallyExact, 1],
        [eventuallyExactMirrored, -1],
      ] as const) {
        const slope = family.derivativeAtZero;
        const { gradient, signs, sizes } = exactBackward(problem, theta, slope);
        const truth = gradient.map((x) => x / samples);
        const limit = generalizedGradient(risk, theta, { family });
        expect(limit.activeKinks).toBe(zeros(signs).length);
        expectNear(limit.gradient, truth);
        const smallest = Math.min(...sizes.filter((_, i) => signs[i] === side));
        expect(limit.threshold).toBeLessThanOrEqual(smallest * (1 + 1e-15));
        expect(limit.threshold).toBeGreaterThanOrEqual(smallest * (1 - 1e-8));
        const certified = certify(risk, theta, { kinks: { relu: slope, abs: 0, tie: 0.5 } });
        expect(certified.activeKinks.map(({ index }) => index)).toEqual(zeros(signs));
        expectNear(certified.gradient, truth);
        expect(verify(certified.certificate, risk)).toBe(true);
        active += zeros(signs).length;
      }
    }),
    { numRuns: 100 },
  );
  expect(active).toBeGreaterThan(200);
});

test('decimal weights: bias-shift certificates have the exact signature, verify, and refuse signs that are not', () => {
  fc.assert(
    fc.property(decimalCase, ({ problem, theta }) => {
      const risk = riskOf(problem);
      const { signs, gradient } = exactBackward(problem, theta, 0);
      let certificate;
      try {
        certificate = biasShiftCertificate(risk, theta);
      } catch (error) {
        // shifts so small that they do not move a bias at all
        expect(String(error)).toMatch(/change on the path/);
        return;
      }
      expect(certificate.signature).toBe(signs.map((sign) => (sign > 0 ? '+' : '-')).join(''));
      expectNear(
        certificate.gradient,
        gradient.map((x) => x / problem.inputs.length),
      );
      expect(verifyBiasShift(certificate, risk)).toBe(true);
      const limit = (certificate.limit ?? 1) * 2;
      expect(() => verifyBiasShift({ ...certificate, limit }, risk)).toThrow(/limit/);
      const growth = certificate.growth.map((c) => c / 2);
      expect(() => verifyBiasShift({ ...certificate, growth }, risk)).toThrow(/growth/);
    }),
    { numRuns: 120 },
  );
});

test('weights 0.1, 0.2, −0.1, −0.2: doubles say 2.8e−17, the pre-activation is 0', () => {
  const problem: Problem = { widths: [4, 1, 1], inputs: [[1, 1, 1, 1]], targets: [[2]] };
  const risk = riskOf(problem);
  const theta = [0.1, 0.2, -0.1, -0.2, 0, 3, 3];
  const found = generalizedGradient(risk, theta);
  expect(found).toMatchObject({ activeKinks: 1, threshold: Infinity, exact: true });
  expect(Array.from(found.gradient, (x) => x + 0)).toEqual([0, 0, 0, 0, 0, 0, 2]);
  expect(Array.from(certify(risk, theta).gradient, (x) => x + 0)).toEqual([0, 0, 0, 0, 0, 0, 2]);
  expect(biasShiftCertificate(risk, theta).signature).toBe('-');
});

test('signs that no exact arithmetic reaches are refused', () => {
  const f = (x: Tracer) => square(relu(sub(exp(mul(2, at(x, 0))), square(exp(at(x, 0))))));
  expect(() => generalizedGradient(f, [1])).toThrow(HiddenSignError);
  expect(generalizedGradient(f, [0]).activeKinks).toBe(1);
});

test('functions that rounding makes Lipschitz are not: √ of a sum that is 0, and exp that underflows', () => {
  // (0.1 + 0.2 − 0.1) − 0.2 is 0, in doubles 2.8e−17
  const cancelled = (x: Tracer) => sub(sub(add(at(x, 0), at(x, 1)), at(x, 2)), at(x, 3));
  const root = certify((x) => sqrt(cancelled(x)), [0.1, 0.2, 0.1, 0.2]);
  expect(root.verdict).toBe('undecided');
  expect(root.reasons.map(({ text }) => text).join()).toMatch(/sqrt.*not Lipschitz/);
  // exp(−800) is positive, so this is no kink; whether doubles can tell is another question
  expect(certify((x) => relu(exp(at(x, 0))), [-800]).verdict).toBe('undecided');
  // a branch that is not taken may be anything
  const guarded = (x: Tracer) => where(greater(at(x, 0), 0), sqrt(at(x, 0)), square(at(x, 0)));
  expect(certify(guarded, [-1]).verdict).toBe('gradient');
});

test('nests of 375 Lipschitz functions keep their signs and a radius', () => {
  const f = (x: Tracer): Value => {
    let v: Value = at(x, 0);
    for (let i = 0; i < 375; i++) v = tanh(add(abs(sub(v, 0.3 + (i % 7) / 20)), (i % 5) / 10));
    return v;
  };
  const found = certify(f, [0.7]);
  expect(found.verdict).toBe('gradient');
  expect(found.radiusOfConstancy).toBeGreaterThan(1e-3);
});
