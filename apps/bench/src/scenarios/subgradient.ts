import { empiricalRisk, network, type EmpiricalRisk } from '@nonsmooth/nets';
import {
  biasShiftCertificate,
  eventuallyExact,
  eventuallyExactMirrored,
  generalizedGradient,
  verifyBiasShift,
} from '@nonsmooth/subgradient';
import { foldIn, integers, key, split, tensor, type Key } from '@nonsmooth/tensor';
import { boundError, claim, compareNumbers } from '../check.js';
import { defineScenario } from '../scenario.js';

type Way = 'limit' | 'mirrored limit' | 'bias-shift certificate';

interface Answer {
  readonly activeKinks: number;
  /** Largest difference from backward mode with the same value of relu'(0), exact for integers. */
  readonly difference: number;
  /** Largest error of the sequence where it should be constant. */
  readonly variation: number;
  /** By which factors the error of ∇L(θ_t) and t shrink along the certificate's path. */
  readonly shrinkage: readonly [number, number];
}

const widths = [2, 8, 8, 1];
const samples = 32;

/** Generalized gradients of a network with integer weights and data, whose kinks are hit exactly. */
export const subgradient = defineScenario<{ readonly way: Way }, Answer>({
  name: 'subgradient',
  summary: 'generalized gradients of a 2-8-8-1 ReLU network at a kink, as limits and certified',
  packages: ['subgradient', 'nets', 'autodiff', 'kernels', 'tensor'],
  unit: 'gradients',

  cases: () =>
    (['limit', 'mirrored limit', 'bias-shift certificate'] as const).map((way) => ({
      kind: 'timed',
      name: way,
      parameters: { way },
    })),

  prepare({ way }, seed) {
    const reluAtZero = way === 'mirrored limit' ? 1 : 0;
    const { risk, theta } = integerRisk(foldIn(key(seed), 3), reluAtZero);
    const family = way === 'mirrored limit' ? eventuallyExactMirrored : eventuallyExact;
    const limit = () => generalizedGradient(risk, theta, { family });
    const certificate = () => biasShiftCertificate(risk, theta);
    const backward = new Float64Array(theta.length);
    risk.gradient(theta, backward);
    let found: Float64Array = backward;
    return {
      units: 1,
      run:
        way === 'bias-shift certificate'
          ? () => {
              const made = certificate();
              verifyBiasShift(made, risk);
              found = Float64Array.from(made.gradient);
            }
          : () => void (found = limit().gradient),
      answer() {
        const { sequence, threshold, activeKinks } = limit();
        const constant = sequence.filter(({ epsilon }) => epsilon <= threshold);
        const { steps } = certificate();
        const [first, last] = [steps[0]!, steps.at(-1)!];
        return {
          activeKinks,
          difference: Math.max(...found.map((entry, i) => Math.abs(entry - backward[i]!))),
          variation: Math.max(...constant.map(({ error }) => error)),
          shrinkage: [first.gradientError / last.gradientError, first.t / last.t],
        };
      },
      fingerprint: () => [found],
      dispose: () => risk.dispose(),
    };
  },

  check: ([answer], [parameters]) => [
    claim('a kink is active', String(answer!.activeKinks > 0), 'true'),
    boundError('difference from backward mode', answer!.difference, 0, 'absolute'),
    parameters!.way === 'bias-shift certificate'
      ? compareNumbers('error shrinks in proportion to t', ...answer!.shrinkage, 0.1)
      : boundError('variation below the threshold', answer!.variation, 0, 'absolute'),
  ],
});

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
