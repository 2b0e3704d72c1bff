import { objective } from '@nonsmooth/autodiff';
import { tracedEmpiricalRisk } from '@nonsmooth/nets';
import { certify, verify } from '@nonsmooth/subgradient';
import { timed, type Case } from '../case.js';
import { claim, observation } from '../check.js';
import { costAtMost } from '../comparison.js';
import type { Work } from '../work.js';
import { problemOf } from './five-nets.js';

const ways = ['gradient alone', 'no active kink', 'one active kink'] as const;
type Way = (typeof ways)[number];

interface Answer {
  readonly activeKinks: number;
  readonly verdict: string;
  readonly bouligand: string;
  readonly isVerified: boolean;
  readonly radius: number;
}

/** A certificate costs at most 20 gradients of the same program. */
export const certifications: readonly Case[] = ways.map((way) =>
  timed<Answer>({
    name: way,
    unit: 'points',
    prepare: (seed) => certificationWork(way, seed),
    check: ({ activeKinks, verdict, bouligand, isVerified, radius }) => [
      claim('active kinks', String(activeKinks), way === 'one active kink' ? '1' : '0'),
      claim('a limit of gradients', bouligand, 'in'),
      claim('certificate verified', String(isVerified), 'true'),
      observation('verdict', verdict),
      observation('radius of constancy', radius),
    ],
    comparisons:
      way === 'gradient alone'
        ? []
        : [
            costAtMost(
              { name: way },
              { name: 'gradient alone' },
              20,
              `certified, ${way} ÷ gradient`,
            ),
          ],
  }),
);

/** Certifies the gradient of the deep-small network's risk; `gradient alone` is what the cost is compared with. */
function certificationWork(way: Way, seed: number): Work<Answer> {
  const { net, data, theta } = problemOf('deep-small', 'relu', seed);
  if (way === 'one active kink') {
    // The first neuron's pre-activation at the first sample: w·1 + v·0 − w = 0, without rounding.
    data.inputs.data.set([1, 0]);
    theta[net.layout.find(({ name }) => name === 'b1')!.offset] = -theta[0]!;
  }
  const { program } = tracedEmpiricalRisk(net, data);
  const gradient = new Float64Array(net.dimension);
  const risk = objective(program, net.dimension);
  let found = way === 'gradient alone' ? undefined : certify(program, theta);
  return {
    units: 1,
    run:
      way === 'gradient alone'
        ? () => void risk.gradient(theta, gradient)
        : () => void (found = certify(program, theta)),
    answer() {
      const certified = certify(program, theta);
      return {
        activeKinks: certified.activeKinks.length,
        verdict: certified.verdict,
        bouligand: certified.memberships.bouligand,
        isVerified: verify(certified.certificate, program),
        radius: certified.radiusOfConstancy,
      };
    },
    fingerprint: () => [found?.gradient ?? gradient],
  };
}
