import type { Study } from '../study.js';
import { readTrajectories } from '../tables/read-trajectories.js';

/** A member of a study of polynomials at one step. */
export interface Sample {
  readonly activation: string;
  readonly rule: string;
  readonly inputs: number;
  readonly start: number;
  readonly step: number;
  readonly norm: number;
  readonly testLoss: number;
}

/** All rows of a study's table, as samples. */
export function samplesIn(folder: string, study: Study): Sample[] {
  const samples: Sample[] = [];
  const { dynamics } = study;
  readTrajectories(folder, (value) => {
    samples.push({
      activation: String(value('network.activation') ?? study.network.activation),
      rule: String(value('dynamics.rule') ?? ('rule' in dynamics ? dynamics.rule : dynamics.kind)),
      inputs: study.network.widths[0]!,
      start: Number(value('start')),
      step: Number(value('t')),
      norm: Number(value('norm')),
      testLoss: Number(value('testLoss')),
    });
  });
  return samples;
}

/** Samples of the same activation, rule and inputs. */
export function samplesOf(
  samples: readonly Sample[],
  like: Pick<Sample, 'activation' | 'rule' | 'inputs'>,
): Sample[] {
  return samples.filter(
    ({ activation, rule, inputs }) =>
      activation === like.activation && rule === like.rule && inputs === like.inputs,
  );
}
