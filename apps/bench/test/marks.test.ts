import { describe, expect, test } from 'vitest';
import { serve } from '../src/job.js';
import { boundOf, isMet } from '../src/mark.js';
import type { Rates } from '../src/scenario.js';
import { equalErrorCase, equalErrorMarks } from '../src/scenarios/equal-error.js';
import { kernels } from '../src/scenarios/kernels.js';
import { minimalNormCases } from '../src/scenarios/minimal-norms.js';
import { derivativeCases, derivativeMarks } from '../src/scenarios/second-derivatives.js';
import { stationarityCase } from '../src/scenarios/chebyshev-rosenbrock.js';
import { subgradient } from '../src/scenarios/subgradient.js';

const nothing: Rates = {
  answers: () => [],
  peak: () => undefined,
  call: () => undefined,
  throughput: () => undefined,
  speedup: () => undefined,
};

test('a mark is reached from below, or kept to from above; NaN is never met', () => {
  const mark = { quantity: 'a ÷ b', mark: 2 };
  expect([1, 2, 3, NaN].map((ratio) => isMet({ ...mark, ratio }))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const atMost = { ...mark, atMost: true } as const;
  expect([1, 2, 3, NaN].map((ratio) => isMet({ ...atMost, ratio }))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(boundOf({ ...atMost, ratio: 1 }, String)).toBe('≤ 2');
});

test('work at equal error counts Hessians and products, takes the least work and the worst start', () => {
  const answers = equalErrorCase.runs.map(({ method, start }) => ({
    error: 1e-8,
    rightHandSides: method === 'Dormand–Prince 5(4)' ? 1000 : method === 'RKC2' ? 900 : 50,
    hessians: method === 'NDF' ? 10 + start : 0,
    products: method === 'exprb53' ? 100 : 0,
    costs: { hessian: 5, product: 0.5 },
  }));
  const marks = equalErrorMarks({ ...nothing, answers: () => answers });
  const ratios = marks.map(({ quantity, ratio }) => [quantity.split(' ÷')[0], ratio]);
  expect(ratios).toEqual([
    ['RKC2 or ROCK2', 0.05],
    ['RKC2 or ROCK2', 0.05],
    ['BDF', 0.05],
    ['NDF', 0.1],
    ['BDF or NDF or Radau IIA 5', 0.05],
    ['RKC2 or ROCK2', 0.05],
    ['exprb53', 0.1],
    ['BDF or NDF or Radau IIA 5', 0.05],
  ]);
});

test('who never comes so close needs infinitely much', () => {
  const answers = equalErrorCase.runs.map(({ method }) => ({
    error: method === 'Dormand–Prince 5(4)' ? 1e-8 : NaN,
    rightHandSides: 1,
    hessians: 0,
    products: 0,
    costs: { hessian: 5, product: 0.5 },
  }));
  for (const mark of equalErrorMarks({ ...nothing, answers: () => answers })) {
    expect(mark.ratio).toBe(Infinity);
    expect(isMet(mark)).toBe(false);
  }
});

test('second derivatives are compared with the gradient of the same network', () => {
  const marks = derivativeMarks({
    ...nothing,
    peak: (name) => (name.endsWith('∇L') ? 100 : name.endsWith('same θ') ? 200 : 50),
  });
  expect(marks.length).toBe(21);
  for (const { quantity, ratio } of marks) expect(ratio).toBe(/same θ/.test(quantity) ? 0.5 : 2);
});

describe('cases that only a scenario asked for by name has are right', () => {
  test.each(derivativeCases)('$name', async ({ parameters }) => {
    const { answer } = await serve([kernels])({ scenario: 'kernels', parameters, seed: 1 });
    expect(kernels.check([answer], [parameters])[0]!.verdict).toBe('right');
  });

  test.each(minimalNormCases)('$name', async ({ parameters }) => {
    const { answer } = await serve([subgradient])({ scenario: 'subgradient', parameters, seed: 1 });
    const verdicts = subgradient.check([answer], [parameters]).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['right', 'right']);
  });

  test('a sixteenth of the stationary points', async () => {
    const parameters = stationarityCase.runs[3];
    const { answer } = await serve([subgradient])({ scenario: 'subgradient', parameters, seed: 1 });
    const { clarke, certified } = answer as { clarke: number; certified: number };
    expect(clarke).toBeGreaterThan(20);
    expect(certified).toBe(clarke);
  });
});
