import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certify, verify } from '@nonsmooth/subgradient';
import { denseProgram } from '../src/dense/dense-risk.js';
import { exactBackward } from './support/exact-network.js';
import { decimalCase } from './support/decimal-case.js';
import { integerCase, riskOf, type Problem } from './support/relu-network.js';

test('risks of networks are recognized by their programs', () => {
  fc.assert(
    fc.property(integerCase, ({ problem }) => {
      const { program } = riskOf(problem);
      expect(denseProgram(program)).toMatchObject({
        widths: problem.widths,
        samples: problem.inputs.length,
        targets: Float64Array.from(problem.targets.flat()),
      });
    }),
    { numRuns: 20 },
  );
});

test('the proof by layers and the abs-normal form agree wherever both decide, and certificates verify', () => {
  let [byLayers, compared] = [0, 0];
  fc.assert(
    fc.property(
      fc.oneof(integerCase, decimalCase),
      fc.constantFrom(0, 1, 0.5, 0.25),
      ({ problem, theta }, relu) => {
        const risk = riskOf(problem);
        const kinks = { relu, abs: 0, tie: 0.5 };
        const fast = certify(risk, theta, { kinks });
        const { gradient } = fast;
        const scale = gradient.reduce((worst, x) => Math.max(worst, Math.abs(x)), 1);
        const slow = certify(risk, theta, { kinks, gradient, tolerance: 1e-9 * scale });
        const claim = JSON.parse(JSON.stringify(fast.certificate)) as typeof fast.certificate;
        expect(verify(claim, risk)).toBe(true);
        expect(fast.activeKinks).toEqual(slow.activeKinks);
        expect(fast.value).toBeCloseTo(slow.value, 8);
        if (fast.certificate.model === 'layers') byLayers++;
        for (const set of ['frechet', 'limiting', 'bouligand', 'clarke'] as const) {
          const [a, b] = [fast.memberships[set], slow.memberships[set]];
          if (a === 'undecided' || b === 'undecided') continue;
          compared++;
          expect([set, a]).toEqual([set, b]);
        }
        // both are lower bounds of one distance; the slow one's lacks what its roundings hide, some ulps of the parameters
        const hidden = 64 * 2 ** -52 * theta.reduce((most, t) => Math.max(most, Math.abs(t)), 0);
        expect(fast.radiusOfConstancy).toBeLessThanOrEqual(2 * slow.radiusOfConstancy + hidden);
      },
    ),
    { numRuns: 150 },
  );
  expect(byLayers).toBeGreaterThan(25);
  expect(compared).toBeGreaterThan(300);
});

test('within the radius of constancy no pre-activation changes its sign', () => {
  fc.assert(
    fc.property(
      fc.oneof(integerCase, decimalCase),
      fc.array(fc.constantFrom(-1, 1), { minLength: 60, maxLength: 60 }),
      ({ problem, theta }, directions) => {
        const { radiusOfConstancy: rho } = certify(riskOf(problem), theta, { refinements: 20 });
        if (rho === Infinity || rho === 0) return;
        // just inside, so that the rounding of the sum does not matter
        const moved = theta.map((t, i) => t + directions[i % 60]! * rho * (1 - 1e-9));
        fc.pre(moved.every((t, i) => Math.abs(t - theta[i]!) <= rho));
        const before = exactBackward(problem, theta, 0).signs;
        const after = exactBackward(problem, moved, 0).signs;
        before.forEach((sign, i) => {
          if (sign !== 0) expect(after[i]).toBe(sign);
        });
      },
    ),
    { numRuns: 150 },
  );
});

test('one hidden layer: the radius is the distance to the nearest kink in the largest norm', () => {
  const problem: Problem = { widths: [1, 2, 1], inputs: [[1], [-3]], targets: [[0], [1]] };
  const theta = [2, -1, 1, 0.25, 1, 1, 0];
  const distances = problem.inputs.flatMap(([x]) =>
    [0, 1].map((i) => Math.abs(theta[i]! * x! + theta[2 + i]!) / (1 + Math.abs(x!))),
  );
  const { radiusOfConstancy } = certify(riskOf(problem), theta);
  expect(radiusOfConstancy).toBeCloseTo(Math.min(...distances), 8);
  expect(radiusOfConstancy).toBeLessThanOrEqual(Math.min(...distances));
});

test('equal samples are one kink, and their weights add up', () => {
  // z = w·1 + b = 0 for both samples; β ~ −(0 − 1) − (0 + 3) = −2·… < 0, and > 0 for the other targets
  const theta = [1, -1, 1, 0];
  const risk = (targets: number[][]) => riskOf({ widths: [1, 1, 1], inputs: [[1], [1]], targets });
  const falling = certify(risk([[1], [3]]), theta);
  expect(falling.certificate.model).toBe('layers');
  expect(falling.memberships).toEqual({
    frechet: 'out',
    limiting: 'in',
    bouligand: 'in',
    clarke: 'in',
  });
  const rising = certify(risk([[1], [-3]]), theta, { kinks: { relu: 0.5, abs: 0, tie: 0.5 } });
  expect(rising.memberships).toEqual({
    frechet: 'in',
    limiting: 'in',
    bouligand: 'out',
    clarke: 'in',
  });
  // targets 1 and −1 cancel: β = 0, and f is differentiable although both kinks matter by themselves
  const even = certify(risk([[1], [-1]]), theta, { kinks: { relu: 0.5, abs: 0, tie: 0.5 } });
  expect(even.memberships).toEqual({
    frechet: 'in',
    limiting: 'in',
    bouligand: 'in',
    clarke: 'in',
  });
});

test('tampered certificates by layers are rejected', () => {
  const risk = riskOf({ widths: [1, 1, 1], inputs: [[1], [2]], targets: [[1], [3]] });
  const { certificate } = certify(risk, [1, -1, 1, 0]);
  expect(certificate.model).toBe('layers');
  expect(verify(certificate, risk)).toBe(true);
  const { decisions } = certificate;
  const proof = { kind: 'layers', classes: [{ kinks: [0], weight: 1 }] } as const;
  const frauds = [
    { gradient: certificate.gradient.map((g, i) => (i === 0 ? g + 1 : g)) },
    { decisions: { ...decisions, frechet: { answer: 'in', proof } } },
    { decisions: { ...decisions, frechet: { ...decisions.frechet, answer: 'in' } } },
    { choice: [0.5] },
    { choice: [] },
    { point: certificate.point.map((t, i) => (i === 1 ? t + 1 : t)) },
    { model: 'exact' },
  ] as const;
  for (const fraud of frauds) {
    expect(() => verify({ ...certificate, ...fraud }, risk), JSON.stringify(fraud)).toThrow();
  }
});
