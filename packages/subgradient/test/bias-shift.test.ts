import fc from 'fast-check';
import { expect, test } from 'vitest';
import { biasShiftCertificate, generalizedGradient, verifyBiasShift } from '@nonsmooth/subgradient';
import { backward, integerCase, riskOf, type Problem } from './support/relu-network.js';

const list = (gradient: ArrayLike<number>): number[] => Array.from(gradient, (v) => v + 0);

test('random integer networks: G is a limit of gradients along the bias shift, and the certificate verifies', () => {
  fc.assert(
    fc.property(integerCase, ({ problem, theta }) => {
      const risk = riskOf(problem);
      const certificate = biasShiftCertificate(risk, theta);
      expect(list(certificate.gradient)).toEqual(list(generalizedGradient(risk, theta).gradient));
      const copy = JSON.parse(JSON.stringify(certificate)) as typeof certificate;
      expect(verifyBiasShift({ ...copy, limit: certificate.limit }, risk)).toBe(true);
      const { preactivations } = backward(problem, theta, () => 0);
      expect(certificate.signature.length).toBe(preactivations.flat(2).length);
    }),
    { numRuns: 50 },
  );
});

test('a sign per neuron: the limit is the backward sweep with relu′(0) = (1 + sign)/2 shared by all samples', () => {
  fc.assert(
    fc.property(integerCase, fc.integer({ min: 0, max: 511 }), ({ problem, theta }, bits) => {
      const hidden = problem.widths.slice(1, -1);
      const offsets = hidden.map((_, k) => hidden.slice(0, k).reduce((a, b) => a + b, 0));
      const neurons = hidden.reduce((a, b) => a + b, 0);
      const signs = Array.from({ length: neurons }, (_, i) => ((bits >> i) & 1) * 2 - 1);
      const risk = riskOf(problem);
      const certificate = biasShiftCertificate(risk, theta, { signs });
      const truth = backward(problem, theta, (k, i) => (1 + signs[offsets[k]! + i]!) / 2);
      const samples = problem.inputs.length;
      expect(list(certificate.gradient)).toEqual(list(truth.gradient.map((g) => g / samples)));
      expect(verifyBiasShift(certificate, risk)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

// z¹ = 1, W² = −1, b² = 1: the second pre-activation is 0 and equal shifts of both biases leave it at 0.
const chain: Problem = { widths: [1, 1, 1, 1], inputs: [[0]], targets: [[3]] };
const chainTheta = [1, 1, -1, 1, 1, 0];

test('layers need different shifts where W² = −1: κ = (1, 2), C = (1, 3)', () => {
  const certificate = biasShiftCertificate(riskOf(chain), chainTheta);
  expect(certificate.kappa).toEqual([1, 2]);
  expect(certificate.growth).toEqual([1, 3]);
  expect(certificate.limit).toBe(1);
  expect(certificate.signature).toBe('+-');
});

test('certificates that are tampered with are rejected', () => {
  const problem: Problem = { widths: [1, 2, 1], inputs: [[1], [-1]], targets: [[1], [2]] };
  const theta = [1, 1, 0, -1, 1, -2, 1];
  const risk = riskOf(problem);
  const honest = biasShiftCertificate(risk, theta);
  expect(verifyBiasShift(honest, risk)).toBe(true);
  const [first, ...rest] = honest.steps;
  const frauds: Partial<typeof honest>[] = [
    { gradient: honest.gradient.map((g, i) => (i === 2 ? g + 1 : g)) },
    { kappa: honest.kappa.map((k) => -k) },
    { kappa: honest.kappa.map(() => 0) },
    { signs: honest.signs.map((s) => -s) },
    { signature: honest.signature.replace('-', '+') },
    { steps: [{ ...first!, margin: 2 * first!.margin }, ...rest] },
    { steps: [{ ...first!, gradientError: 0 }, ...rest] },
    { steps: [first!] },
    { theta: honest.theta.map((t, i) => (i === 0 ? t + 0.5 : t)) },
  ];
  for (const fraud of frauds) {
    expect(() => verifyBiasShift({ ...honest, ...fraud }, risk), JSON.stringify(fraud)).toThrow();
  }
});

test('a wrong limit is rejected even with consistent errors: they do not tend to 0', () => {
  const risk = riskOf(chain);
  const honest = biasShiftCertificate(risk, chainTheta);
  const gradient = honest.gradient.map((g) => g + 1);
  const steps = honest.steps.map(({ t, margin, gradientError }) => ({
    t,
    margin,
    gradientError: gradientError + 1,
  }));
  expect(() => verifyBiasShift({ ...honest, gradient, steps }, risk)).toThrow();
});

test('networks without own biases are refused', () => {
  const risk = riskOf(chain);
  expect(() => biasShiftCertificate({ ...risk, layout: [] }, chainTheta)).toThrow(
    /one relu per hidden layer/,
  );
  expect(() =>
    biasShiftCertificate(
      { ...risk, layout: risk.layout!.filter(({ name }) => name !== 'b1') },
      chainTheta,
    ),
  ).toThrow(/no own bias in hidden layer 1/);
  expect(() => biasShiftCertificate(risk, chainTheta, { signs: [1] })).toThrow(
    /−1 or 1 for each of 2/,
  );
});
