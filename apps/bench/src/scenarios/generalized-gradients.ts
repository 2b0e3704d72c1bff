import { largest } from '@nonsmooth/core';
import { empiricalRisk, network, type EmpiricalRisk } from '@nonsmooth/nets';
import {
  biasShiftCertificate,
  eventuallyExact,
  eventuallyExactMirrored,
  generalizedGradient,
  verifyBiasShift,
} from '@nonsmooth/subgradient';
import { foldIn, integers, key, split, tensor, type Key } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError, claim, compareNumbers } from '../check.js';
import type { Work } from '../work.js';

const ways = ['limit', 'mirrored limit', 'bias-shift certificate'] as const;
type Way = (typeof ways)[number];

interface Answer {
  readonly activeKinks: number;
  /** Largest difference from backward mode with the same value of relu'(0), exact for integers. */
  readonly difference: number;
  /** Largest error of the sequence where it should be constant. */
  readonly variation: number;
  /** By which factors the error of ∇L(θ_t) and t shrink along the certificate's path. */
  readonly shrinkage: readonly [number, number];
}

/** Generalized gradients at a kink, as limits and by a bias shift. */
export const generalizedGradients: readonly Case[] = ways.map((way) =>
  timed<Answer>({
    name: way,
    unit: 'gradients',
    prepare: (seed) => generalizedGradientWork(way, seed),
    check: ({ activeKinks, difference, variation, shrinkage }) => [
      claim('a kink is active', String(activeKinks > 0), 'true'),
      boundError('difference from backward mode', difference, 0, 'absolute'),
      way === 'bias-shift certificate'
        ? compareNumbers('error shrinks in proportion to t', ...shrinkage, 0.1)
        : boundError('variation below the threshold', variation, 0, 'absolute'),
    ],
  }),
);

const widths = [2, 8, 8, 1];
const samples = 32;

/** The generalized gradient of a risk with integer weights and data, whose kinks are hit exactly. */
function generalizedGradientWork(way: Way, seed: number): Work<Answer> {
  const reluAtZero = way === 'mirrored limit' ? 1 : 0;
  const { risk, theta } = integerRisk(foldIn(key(seed), 3), reluAtZero);
  const family = way === 'mirrored limit' ? eventuallyExactMirrored : eventuallyExact;
  const limit = () => generalizedGradient(risk, theta, { family });
  const backward = new Float64Array(theta.length);
  risk.gradient(theta, backward);
  let found: Float64Array = backward;
  return {
    units: 1,
    run:
      way === 'bias-shift certificate'
        ? () => {
            const certificate = biasShiftCertificate(risk, theta);
            verifyBiasShift(certificate, risk);
            found = Float64Array.from(certificate.gradient);
          }
        : () => void (found = limit().gradient),
    answer() {
      const { sequence, threshold, activeKinks } = limit();
      const constant = sequence.filter(({ epsilon }) => epsilon <= threshold);
      const { steps } = biasShiftCertificate(risk, theta);
      const [first, last] = [steps[0]!, steps.at(-1)!];
      return {
        activeKinks,
        difference: largest(found.map((entry, i) => Math.abs(entry - backward[i]!))),
        variation: largest(constant.map(({ error }) => error)),
        shrinkage: [first.gradientError / last.gradientError, first.t / last.t],
      };
    },
    fingerprint: () => [found],
    dispose: () => risk.dispose(),
  };
}

function integerRisk(
  base: Key,
  reluAtZero: number,
): { readonly risk: EmpiricalRisk; readonly theta: Float64Array } {
  const net = network(widths, { activation: 'relu' });
  const [inputKey, targetKey, thetaKey] = split(base, 3) as [Key, Key, Key];
  const draw = (from: Key, shape: readonly number[], bound: number) =>
    Float64Array.from(integers(from, shape, -bound, bound + 1));
  const risk = empiricalRisk(
    net,
    {
      inputs: tensor(draw(inputKey, [samples, 2], 3), { shape: [samples, 2] }),
      targets: draw(targetKey, [samples], 3),
    },
    { kinks: { relu: reluAtZero, abs: 0, tie: 0.5 } },
  );
  return { risk, theta: draw(thetaKey, [net.dimension], 2) };
}
