import { slice, sum, trace } from '@nonsmooth/autodiff';
import { key } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  certify,
  certifyPolicy,
  clarkeSubdifferential,
  policyGradient,
  policySignature,
  policyStatements,
  stochasticDescent,
  verify,
  type SubgradientPolicy,
} from '@nonsmooth/subgradient';
import { backward, integerCase, riskOf, type Problem } from './support/relu-network.js';

const policies: { readonly [K in SubgradientPolicy['kind']]: SubgradientPolicy } = {
  deterministic: { kind: 'deterministic', sigma: 0.5 },
  perNeuron: { kind: 'perNeuron', sigma: (block, neuron) => ((neuron + block) % 3) - 1 },
  randomPerKink: { kind: 'randomPerKink', key: key(5), values: 'interval' },
  randomPerCall: { kind: 'randomPerCall', key: key(6), values: 'interval' },
};

const few = { cells: 300, tests: 3000 };

const oneSample = (problem: Problem, s: number): Problem => ({
  ...problem,
  inputs: [problem.inputs[s]!],
  targets: [problem.targets[s]!],
});

for (const statement of policyStatements) {
  const { samples, ownBiases, policies: kinds } = statement.hypothesis;
  if (statement.answerIsClarke === 'always' && ownBiases) {
    test(`theorem: ${statement.name}`, () => {
      fc.assert(
        fc.property(integerCase, fc.nat(100), ({ problem, theta }, call) => {
          const given = samples === 'one' ? oneSample(problem, 0) : problem;
          const risk = riskOf(given);
          for (const kind of kinds) {
            const { memberships, certificate } = certifyPolicy(
              risk,
              theta,
              policies[kind],
              call,
              few,
            );
            expect(verify(certificate, risk)).toBe(true);
            if (samples === 'one') expect(memberships.clarke).toBe('in');
            else expect(memberships.clarke).not.toBe('out');
          }
        }),
        { numRuns: 30 },
      );
    });
  }
  for (const { name, program, point, clarke, signature, answer } of statement.counterexamples) {
    test(`counterexample: ${name}`, () => {
      const { gradient, memberships, verdict } = certify(program, point, { kinks: { signature } });
      expect(Array.from(gradient, (g) => g + 0)).toEqual(answer);
      expect(memberships.clarke).toBe('out');
      expect(verdict).toBe('none');
      const { generators, isWhole } = clarkeSubdifferential(program, point);
      expect(isWhole).toBe(true);
      const found = generators.map((g) => Array.from(g, (x) => x + 0));
      expect(found.sort((a, b) => a[0]! - b[0]!)).toEqual(clarke);
    });
  }
}

test('random choices per kink fail on batches of random networks, shared choices never', () => {
  let outside = 0;
  fc.assert(
    fc.property(integerCase, fc.nat(100), ({ problem, theta }, call) => {
      const twice: Problem = {
        ...problem,
        inputs: [...problem.inputs, ...problem.inputs],
        targets: [...problem.targets, ...problem.targets.map((t) => t.map((y) => y + 3))],
      };
      const risk = riskOf(twice);
      const perKink: SubgradientPolicy = { kind: 'randomPerKink', key: key(9), values: 'vertices' };
      if (certifyPolicy(risk, theta, perKink, call, few).memberships.clarke === 'out') outside++;
      const perCall: SubgradientPolicy = { kind: 'randomPerCall', key: key(9), values: 'vertices' };
      expect(certifyPolicy(risk, theta, perCall, call, few).memberships.clarke).not.toBe('out');
    }),
    { numRuns: 120 },
  );
  // about one in fifteen
  expect(outside).toBeGreaterThan(0);
});

test('signatures are as the policy says, and calls are reproducible', () => {
  const problem: Problem = { widths: [1, 2, 1], inputs: [[0], [0]], targets: [[1], [1]] };
  const { program } = riskOf(problem);
  const signature = (policy: SubgradientPolicy, call = 0) =>
    Array.from(policySignature(program, policy, call));
  expect(signature(policies.deterministic)).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(signature(policies.perNeuron)).toEqual([-1, 0, -1, 0]);
  const call = signature(policies.randomPerCall, 7);
  expect(new Set(call).size).toBe(1);
  expect(signature(policies.randomPerCall, 7)).toEqual(call);
  expect(signature(policies.randomPerCall, 8)).not.toEqual(call);
  expect(new Set(signature(policies.randomPerKink, 7)).size).toBe(4);
  expect(() => signature({ kind: 'deterministic', sigma: 2 })).toThrow(/sigma = 2/);
});

test('the answer of a policy is the backward sweep with relu′(0) = (1 + σ)/2', () => {
  fc.assert(
    fc.property(integerCase, ({ problem, theta }) => {
      const risk = riskOf(problem);
      const answer = policyGradient(risk, theta.length, policies.deterministic)(theta, 0);
      const truth = backward(problem, theta, () => 0.75).gradient.map(
        (g) => g / problem.inputs.length,
      );
      expect(Array.from(answer.gradient, (g) => g + 0)).toEqual(truth.map((g) => g + 0));
    }),
    { numRuns: 60 },
  );
});

test('stochastic generalized gradient descent comes near the minimum under every policy', () => {
  const losses = [1, 2, 4].map((c) => riskOf({ widths: [1, 2, 1], inputs: [[1]], targets: [[c]] }));
  for (const policy of Object.values(policies)) {
    const start = [1, -1, 0, 0, 1, -1, 0];
    let seen = 0;
    const theta = stochasticDescent(
      losses,
      start,
      { policy, key: key(3), steps: 400, learningRate: (n) => 0.05 / Math.sqrt(1 + n / 20) },
      () => seen++,
    );
    const mean = (at: ArrayLike<number>) =>
      losses.reduce((total, loss) => total + loss.value(Float64Array.from(at)), 0) / 3;
    expect(seen).toBe(400);
    expect(mean(start)).toBe((0 + 1 + 9) / 3);
    // targets 1, 2, 4 for one input: the best constant is 7/3 with mean squared error 14/9
    expect(mean(theta)).toBeLessThan(1.7);
  }
});

test('bad options are refused', () => {
  const loss = trace((x) => sum(slice(x, [0], [1])), [[1]]);
  const options = { policy: policies.deterministic, key: key(0), steps: 1, learningRate: 1 };
  expect(() => stochasticDescent([], [0], options)).toThrow(/losses = \[\]/);
  expect(() => stochasticDescent([loss], [NaN], options)).toThrow(/start\[0\]/);
  expect(() => stochasticDescent([loss], [0], { ...options, steps: -1 })).toThrow(/steps = -1/);
});
