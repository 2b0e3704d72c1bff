import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  absNormalForm,
  activeAbsNormalForm,
  linearization,
  normalGrowth,
  programOfExpression,
  signatureAt,
  signatureGradient,
  stationarity,
  type Expression,
} from '@nonsmooth/subgradient';
import { programAtPoint } from './support/random-program.js';
import { riskOf } from './support/relu-network.js';

const list = (vector: ArrayLike<number>): number[] => Array.from(vector, (x) => x + 0);

test('max(min(x, −y), y − x) at 0: Z, L, a, b by hand', () => {
  const f: Expression = ['max', ['min', ['x', 0], ['neg', ['x', 1]]], ['sub', ['x', 1], ['x', 0]]];
  const form = absNormalForm(programOfExpression(f, 2), [0, 0]);
  // z₁ = x + y, m = (x − y − |z₁|)/2; z₂ = m − (y − x) = 3x/2 − 3y/2 − |z₁|/2, f = (m + y − x + |z₂|)/2
  expect(form.switchingByInput.map(list)).toEqual([
    [1, 1],
    [1.5, -1.5],
  ]);
  expect(form.switchingByAbs.map(list)).toEqual([
    [0, 0],
    [-0.5, 0],
  ]);
  expect(list(form.outputByInput)).toEqual([-0.25, 0.25]);
  expect(list(form.outputByAbs)).toEqual([-0.25, 0.5]);
  expect(list(signatureGradient(form, [1, 1]))).toEqual([0, -1]);
  expect(list(signatureGradient(form, [-1, 1]))).toEqual([1, 0]);
  expect(list(signatureGradient(form, [1, -1]))).toEqual([-1, 1]);
  expect(linearization(form, [1, 0]).value).toBe(0);
  expect(linearization(form, [1, -3]).value).toBe(1);
});

test('networks: one block per hidden layer, L strictly lower triangular with blocks between layers only', () => {
  const risk = riskOf({ widths: [1, 2, 2, 1], inputs: [[1], [2]], targets: [[0], [1]] });
  const theta = Array.from({ length: risk.dimension }, (_, i) => ((i * 7) % 5) - 2);
  const form = absNormalForm(risk, theta);
  expect(form.blocks.map(({ op, shape }) => [op, shape])).toEqual([
    ['relu', [2, 2]],
    ['relu', [2, 2]],
  ]);
  form.switchingByAbs.forEach((row, i) => {
    row.forEach((entry, j) => {
      const isBelow =
        form.blocks.findIndex(({ offset, size }) => j < offset + size) <
        form.blocks.findIndex(({ offset, size }) => i < offset + size);
      if (!isBelow) expect(entry + 0).toBe(0);
    });
  });
});

test('the linearization is the directional derivative to second order', () => {
  fc.assert(
    fc.property(
      programAtPoint({ depth: 4, curved: true }),
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 }),
      ({ expression, point }, entries) => {
        const program = programOfExpression(expression, point.length);
        const form = absNormalForm(program, point);
        const d = entries.slice(0, point.length);
        const at = (t: number) =>
          absNormalForm(
            program,
            point.map((x, i) => x + t * d[i]!),
          ).value;
        const defect = (t: number) =>
          at(t) -
          form.value -
          linearization(
            form,
            d.map((entry) => t * entry),
          ).value;
        const t = 2 ** -12;
        expect(Math.abs(defect(t / 2))).toBeLessThanOrEqual(Math.abs(defect(t)) / 3.9 + 1e-12);
      },
    ),
    { numRuns: 200 },
  );
});

test('the reduced form of the active kinks is the dense one with the others eliminated', () => {
  fc.assert(
    fc.property(
      programAtPoint({ depth: 4, curved: true }),
      fc.array(fc.constantFrom(-1, 1, 0.5), { minLength: 64, maxLength: 64 }),
      ({ expression, point }, choices) => {
        const program = programOfExpression(expression, point.length);
        const dense = absNormalForm(program, point);
        const signature = signatureAt(
          dense,
          dense.switching.map((_, i) => choices[i % 64]!),
        );
        const active = activeAbsNormalForm(program, point);
        const gradient = new Float64Array(point.length);
        for (const [t, entry] of active.outputByInput) gradient[t] = entry;
        const weights = active.outputByAbs.slice();
        for (let i = active.kinks.length - 1; i >= 0; i--) {
          const cotangent = signature[active.kinks[i]!]! * weights[i]!;
          for (const [j, entry] of active.switchingByAbs[i]!) weights[j]! += cotangent * entry;
          for (const [t, entry] of active.switchingByInput[i]!) gradient[t]! += cotangent * entry;
        }
        expect(active.isExact).toBe(true);
        expect(list(gradient)).toEqual(list(signatureGradient(dense, signature)));
      },
    ),
    { numRuns: 300 },
  );
});

test('bad signatures and directions are refused', () => {
  const form = absNormalForm(programOfExpression(['abs', ['x', 0]], 1), [0]);
  expect(list(signatureAt(form, 1))).toEqual([1]);
  expect(() => signatureAt(form, 2)).toThrow(/choice\[0\] = 2/);
  expect(() => signatureAt(form, [1, 1])).toThrow(/choice\.length = 2; allowed: 1/);
  expect(() => linearization(form, [NaN])).toThrow(/d\[0\] = NaN/);
  expect(() => signatureGradient(form, [])).toThrow(/signature\.length = 0; allowed: 1/);
  expect(() => signatureGradient(form, [2])).toThrow(/signature\[0\] = 2/);
  expect(() => linearization(form, [1, 2])).toThrow(/d\.length = 2; allowed: 1/);
});

test('normal growth: under LIKQ it is Fréchet stationarity', () => {
  const one: Expression = ['add', ['abs', ['x', 0]], ['abs', ['x', 1]]];
  expect(normalGrowth(programOfExpression(one, 2), [0, 0])).toMatchObject({
    likq: true,
    tangentStationary: true,
    normalGrowth: true,
    isStrict: true,
    rank: 2,
  });
  fc.assert(
    fc.property(programAtPoint({ depth: 4, curved: true }), ({ expression, point }) => {
      const program = programOfExpression(expression, point.length);
      const { likq, tangentStationary, normalGrowth: grows } = normalGrowth(program, point);
      if (!likq) return;
      const isStationary = stationarity(program, point).memberships.frechet === 'in';
      expect(tangentStationary && grows).toBe(isStationary);
    }),
    { numRuns: 200 },
  );
});
