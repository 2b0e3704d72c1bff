import { ArgumentError } from '@nonsmooth/core';
import { approximationFamilies, generalizedGradient } from '@nonsmooth/subgradient';
import { isEmpiricalRisk } from '@nonsmooth/nets';
import { Columns } from './columns.js';
import type { Run } from './hooks.js';
import type { Problem } from './problem.js';
import type { Recorder } from './recorder.js';
import type { Dynamics } from './study.js';

/**
 * The generalized gradient at the start as the limit of gradients of smooth approximations of ReLU (arXiv 2501.15646):
 * row n is the n-th approximation, t its number.
 */
export function approximation(
  { net, risk, theta0 }: Problem,
  { family, epsilon, ratio, steps }: Extract<Dynamics, { kind: 'approximation' }>,
  record: Recorder,
): Run {
  if (!isEmpiricalRisk(risk) || net.activation.name !== 'relu') {
    throw new ArgumentError('network.activation', net.activation.name, 'relu');
  }
  const found = approximationFamilies.find(({ name }) => name === family)!;
  return () => {
    const { sequence, threshold, exact } = generalizedGradient(risk.program, theta0, {
      family: found,
      epsilon,
      ratio,
      steps,
    });
    const columns = new Columns(['t', ...record.names]);
    sequence.forEach((one, n) => {
      const known = { loss: one.value, epsilon: one.epsilon, gradientError: one.error };
      columns.add([n, ...record.row(theta0, known)]);
    });
    return {
      columns: columns.read(),
      theta: theta0,
      moments: [],
      // where the limit is attained there is nothing to go on with
      status: exact && sequence.length < steps ? 'stopped' : 'finished',
      reason: exact
        ? `the limit is attained for ε ≤ ${threshold}`
        : `the sequence ends at ε = ${sequence.at(-1)!.epsilon}`,
      gradients: sequence.length,
      steps: sequence.length,
      events: [],
    };
  };
}
