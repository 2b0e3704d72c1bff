import { empiricalRisk, tracedEmpiricalRisk } from '@nonsmooth/nets';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import type { Scenario } from '../scenario.js';
import { fiveNets, problemOf, relativeError, type NetName } from './five-nets.js';

interface Answer {
  readonly lossError: number;
  readonly gradientError: number;
}

/** Loss and gradient by the kernels, compared with the same risk through autodiff. */
export const nets: Scenario = {
  name: 'nets',
  summary: 'loss and gradient of five ReLU networks over all samples, in float64',
  packages: ['nets', 'autodiff', 'kernels', 'tensor'],
  cases: () => (Object.keys(fiveNets) as NetName[]).map(caseOf),
};

function caseOf(name: NetName): Case {
  return timed<Answer>({
    name: `${name} ${fiveNets[name].widths.join('-')}`,
    unit: 'gradients',
    prepare(seed) {
      const { net, data, theta } = problemOf(name, 'relu', seed);
      const risk = empiricalRisk(net, data);
      const gradient = new Float64Array(net.dimension);
      const loss = new Float64Array(1);
      return {
        units: 1,
        run() {
          loss[0] = risk.gradient(theta, gradient);
        },
        answer() {
          const expected = new Float64Array(net.dimension);
          const expectedLoss = tracedEmpiricalRisk(net, data).gradient(theta, expected);
          return {
            lossError: Math.abs(loss[0]! - expectedLoss) / expectedLoss,
            gradientError: relativeError(gradient, expected),
          };
        },
        fingerprint: () => [loss, gradient],
        dispose: () => risk.dispose(),
      };
    },
    check: ({ lossError, gradientError }) => [
      boundError('loss against autodiff', lossError, 1e-12),
      boundError('gradient against autodiff', gradientError, 1e-12),
    ],
  });
}
