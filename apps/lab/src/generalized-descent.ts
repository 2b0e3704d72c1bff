import { ArgumentError, type Key } from '@nonsmooth/core';
import { stochasticDescent, type SubgradientPolicy } from '@nonsmooth/subgradient';
import { foldIn } from '@nonsmooth/tensor';
import { Columns } from './columns.js';
import { rowsOf } from './data/matrix.js';
import type { Run } from './hooks.js';
import type { Problem } from './problem.js';
import type { Recorder } from './recorder.js';
import type { Dynamics } from './study.js';

type Given = Extract<Dynamics, { kind: 'generalizedDescent' }>;

/**
 * Stochastic generalized gradient descent: one random sample per step, its gradient by a policy at kinks (Baumgärtner,
 * Bethke, arXiv 2407.09639). `hitKinks` counts the steps that begin exactly at
 * a kink of their sample.
 */
export function generalizedDescent(problem: Problem, given: Given, record: Recorder): Run {
  const { samples, riskOn, theta0, batchKey, net } = problem;
  const hiddenNeurons = net.widths.slice(1, -1).reduce((sum, width) => sum + width, 0);
  if (!samples) throw new ArgumentError('dynamics.kind', given.kind, 'the empirical risk');
  const { inputs, targets } = samples.training;
  if (inputs.rows > mostSamples) {
    throw new ArgumentError('inputs', `${inputs.rows} samples`, `at most ${mostSamples}`);
  }
  const { steps, every, learningRate } = given;
  return () => {
    const risks = Array.from({ length: inputs.rows }, (_, i) =>
      riskOn({ inputs: rowsOf(inputs, i, i + 1), targets: rowsOf(targets, i, i + 1) }),
    );
    try {
      const columns = new Columns(['t', ...record.names]);
      let hits = 0;
      const overflows: number[] = [];
      const save = (step: number, batchLoss: number, theta: Float64Array): void => {
        columns.add([step, ...record.row(theta, { batchLoss, hitKinks: hits })]);
        if (!theta.every(Number.isFinite)) overflows.push(step);
      };
      save(0, NaN, theta0);
      let loss = NaN;
      const theta = stochasticDescent(
        risks.map((risk) => risk.program),
        theta0,
        { policy: policyOf(given, foldIn(batchKey, 1)), key: batchKey, steps, learningRate },
        ({ step, value, sample }, now) => {
          if (step > 0 && step % every === 0) save(step, loss, now);
          loss = value;
          const switching = new Float64Array(hiddenNeurons);
          risks[sample]!.switching(now, switching);
          if (switching.includes(0)) hits++;
        },
      );
      save(steps, loss, theta);
      return {
        columns: columns.read(),
        theta,
        moments: [],
        status: overflows.length === 0 ? 'finished' : 'failed',
        reason:
          overflows.length === 0
            ? `${steps} steps`
            : `loss or parameters overflowed by step ${overflows[0]}`,
        gradients: steps,
        steps,
        events: [],
      };
    } finally {
      for (const risk of risks) risk.dispose();
    }
  };
}

/** Each sample has a program of its own. */
const mostSamples = 1000;

function policyOf({ policy }: Given, key: Key): SubgradientPolicy {
  if (policy.kind === 'deterministic') return policy;
  return { ...policy, key };
}
