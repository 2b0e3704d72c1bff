import { ArgumentError } from '@nonsmooth/core';
import { largestStableStep, lyapunov, stepSizeCertificate } from '@nonsmooth/flows';
import { tensor } from '@nonsmooth/tensor';
import { isEmpiricalRisk } from '@nonsmooth/nets';
import type { Problem } from './problem.js';
import type { Dynamics } from './study.js';

type Asked = Extract<Dynamics, { kind: 'descent' }>['learningRate'];

/** A learning rate, and what it was found by. */
export interface FoundRate {
  readonly learningRate: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The learning rate that a study asks for: a number, or a multiple of the one with which the Lyapunov function of a
 * constant target is certified never to increase, or of the largest one with which it is observed not to.
 * @throws ArgumentError for problems without a certificate.
 */
export function learningRateOf({ net, risk, theta0 }: Problem, asked: Asked): FoundRate {
  if (typeof asked === 'number') return { learningRate: asked, events: [] };
  const [kind, multiple] = Object.entries(asked)[0] as [string, number];
  const targets = isEmpiricalRisk(risk) ? tensor(risk.data.targets).data : undefined;
  const target = targets?.[0];
  if (!isEmpiricalRisk(risk) || target === undefined || !targets!.every((y) => y === target)) {
    throw new ArgumentError('dynamics.learningRate', asked, 'a number, or a constant target');
  }
  const inputs = tensor(risk.data.inputs).data;
  const certificate = stepSizeCertificate(net, target, inputs, theta0);
  const { learningRate: certified, publishedLearningRate, guarantee } = certificate;
  const found = { kind: 'certificate', certified, publishedLearningRate, guarantee };
  if (kind === 'certified') return { learningRate: multiple * certified, events: [found] };
  const { stable, unstable, steps } = largestStableStep(risk, lyapunov(net, [target]), theta0, {
    certified,
  });
  return {
    learningRate: multiple * stable,
    events: [found, { kind: 'largestStable', stable, unstable, steps }],
  };
}
