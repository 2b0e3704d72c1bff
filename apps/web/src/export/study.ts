import { activationKinks, losses, resolveLoss } from '@nonsmooth/kernels';
import { stringify } from 'yaml';
import { problemOf } from '../compute/problem.js';
import type { Experiment } from '../state/state.js';

const rules = { gd: 'sgd', sgd: 'sgd', adam: 'adam' } as const;

/** The study that reproduces a run in the lab, with its samples and its start in numbers. */
export function studyOf(experiment: Experiment, title: string): string {
  const { activation, loss, dynamics, until, rtol, choice, learningRate, steps, batch, seed } =
    experiment;
  // the lab normalizes by itself
  const { samples, start, net } = problemOf({ ...experiment, dynamics: 'flow' });
  const isFlow = dynamics === 'flow' || dynamics === 'normalized';
  const { name, parameter } = resolveLoss(loss);
  const kinked =
    activationKinks({ name: activation }).length > 0 || losses[name].kinks(parameter).length > 0;
  const study = {
    title,
    network: { widths: [...net.widths], activation },
    loss,
    inputs: { kind: 'values', values: samples.inputs.map((row) => [...row]) },
    target: { kind: 'values', values: samples.targets.map((value) => [value]) },
    start: { kind: 'values', values: [...start] },
    dynamics: isFlow
      ? {
          kind: dynamics === 'flow' ? 'gradientFlow' : 'normalizedFlow',
          until,
          rtol,
          atol: rtol / 100,
          ...(dynamics === 'flow' && kinked && { kinks: 'itinerary', choice }),
        }
      : {
          kind: 'descent',
          rule: rules[dynamics],
          learningRate,
          steps,
          ...(dynamics === 'sgd' && { batch: Math.min(batch, samples.inputs.length) }),
          every: Math.max(1, Math.ceil(steps / 1000)),
        },
    record: ['loss', 'speed', 'norm'],
    seed,
  };
  const notes = [
    'A run of the kink lab: nonsmooth run STUDY.yaml',
    ...(dynamics === 'normalized' && choice !== 'minimalNorm'
      ? ['Where there are several solutions the lab stays if possible.']
      : []),
  ];
  return `${notes.map((note) => `# ${note}\n`).join('')}${stringify(study, { flowCollectionPadding: true, lineWidth: 110, collectionStyle: 'any' })}`;
}
