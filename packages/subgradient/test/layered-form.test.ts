import { objective, relu, sqrt, sub } from '@nonsmooth/autodiff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  absNormalForm,
  condensedForm,
  layeredAbsNormalForm,
  linearization,
  programOfExpression,
  signatureAt,
  signatureGradient,
} from '@nonsmooth/subgradient';
import { programAtPoint } from './support/random-program.js';
import { randomNumbers } from './support/random-rows.js';
import { integerCase, riskOf } from './support/relu-network.js';

const list = (vector: ArrayLike<number>): number[] => Array.from(vector, (x) => x + 0);

test('random networks: the blocks are the dense form with M eliminated, exactly on integer data', () => {
  fc.assert(
    fc.property(integerCase, fc.nat(1000), ({ problem, theta }, seed) => {
      const risk = riskOf(problem);
      const dense = absNormalForm(risk, theta);
      const layered = layeredAbsNormalForm(risk, theta);
      const condensed = condensedForm(layered);
      expect(layered.value).toBe(dense.value);
      expect(condensed.blocks).toEqual(dense.blocks);
      expect(list(condensed.switching)).toEqual(list(dense.switching));
      for (const matrix of ['switchingByInput', 'switchingByAbs'] as const) {
        expect(condensed[matrix].map(list)).toEqual(dense[matrix].map(list));
      }
      expect(list(condensed.outputByInput)).toEqual(list(dense.outputByInput));
      expect(list(condensed.outputByAbs)).toEqual(list(dense.outputByAbs));
      const [d, choice] = randomNumbers(2, theta.length + dense.switching.length, seed) as [
        number[],
        number[],
      ];
      const step = d.slice(0, theta.length).map((x) => Math.round(8 * x));
      expect(linearization(layered, step)).toEqual(linearization(dense, step));
      const signature = signatureAt(
        dense,
        choice.slice(0, dense.switching.length).map((x) => Math.round(4 * x) / 4),
      );
      expect(list(signatureGradient(layered, signature))).toEqual(
        list(signatureGradient(dense, signature)),
      );
    }),
    { numRuns: 60 },
  );
});

test('random programs with max, min, abs and curvature: blocks and dense form agree', () => {
  fc.assert(
    fc.property(programAtPoint({ depth: 5, curved: true }), ({ expression, point }) => {
      const program = programOfExpression(expression, point.length);
      const dense = absNormalForm(program, point);
      const condensed = condensedForm(layeredAbsNormalForm(program, point));
      for (const matrix of ['switchingByInput', 'switchingByAbs'] as const) {
        expect(condensed[matrix].map(list)).toEqual(dense[matrix].map(list));
      }
      expect(list(condensed.outputByInput)).toEqual(list(dense.outputByInput));
      expect(list(condensed.outputByAbs)).toEqual(list(dense.outputByAbs));
    }),
    { numRuns: 300 },
  );
});

test('2-32-32-32-1 with 512 samples: 49 152 kinks, blocks only between neighbours, 12 bytes per entry', () => {
  const widths = [2, 32, 32, 32, 1];
  const samples = 512;
  const risk = riskOf({
    widths,
    inputs: randomNumbers(samples, 2, 1),
    targets: randomNumbers(samples, 1, 2),
  });
  const theta = randomNumbers(1, risk.dimension, 3)[0]!;
  const form = layeredAbsNormalForm(risk, theta);
  const kinks = samples * (32 + 32 + 32);
  expect(form.switching.length).toBe(kinks);
  expect(form.layers.map(({ couplings }) => couplings.map(({ layer }) => layer))).toEqual([
    [],
    [0],
    [1],
  ]);
  // z = W·relu(z′) + b has 3 or 33 parameters and 32 kinks below; relu(z′) = 0 has no derivative by W
  const entries = (pick: 'indices' | 'values') =>
    form.layers
      .flatMap(({ switchingByInput, couplings }) => [
        switchingByInput,
        ...couplings.flatMap((c) => [c.switchingBySwitching, c.switchingByAbs]),
      ])
      .reduce((sum, matrix) => sum + matrix[pick].length, 0);
  const most = samples * 32 * (3 + 2 * 33 + 2 * 2 * 32);
  expect(entries('values')).toBeLessThanOrEqual(most);
  expect(entries('values')).toBeGreaterThan(0.7 * most);
  const starts = 7 * (samples * 32 + 1); // three matrices Z, two pairs M and L
  expect(form.bytes).toBe(12 * entries('values') + 4 * starts);
  expect(form.bytes).toBeLessThan(40e6);
  const gradient = new Float64Array(risk.dimension);
  objective(risk.program, risk.dimension).gradient(Float64Array.from(theta), gradient);
  const ofBlocks = signatureGradient(form, signatureAt(form));
  const scale = Math.max(...gradient.map(Math.abs));
  ofBlocks.forEach((g, t) => expect(Math.abs(g - gradient[t]!)).toBeLessThan(1e-12 * scale));
  // along a direction the linearization leaves f by the square of the step
  const d = randomNumbers(1, risk.dimension, 4)[0]!;
  const defect = (t: number): number => {
    const { value } = linearization(
      form,
      d.map((x) => t * x),
    );
    const moved = Float64Array.from(theta, (x, i) => x + t * d[i]!);
    return objective(risk.program, risk.dimension).value(moved) - form.value - value;
  };
  expect(Math.abs(defect(2 ** -9) / defect(2 ** -8))).toBeLessThan(0.3);
});

test('functions that are not Lipschitz at the point are refused by the op', () => {
  const f = (x: Parameters<typeof relu>[0]) => relu(sub(sqrt(x), 1));
  expect(() => layeredAbsNormalForm((x) => f(x), [0])).toThrow(/sqrt is not Lipschitz/);
  expect(layeredAbsNormalForm((x) => f(x), [4]).value).toBe(1);
});
