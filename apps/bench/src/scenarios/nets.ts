import { empiricalRisk, tracedEmpiricalRisk } from '@nonsmooth/nets';
import { boundError } from '../check.js';
import { defineScenario } from '../scenario.js';
import { fiveNets, problemOf, relativeError, type NetName } from './five-nets.js';

interface Answer {
  readonly lossError: number;
  readonly gradientError: number;
}

/** Loss and gradient by the kernels, compared with the same risk through autodiff. */
export const nets = defineScenario<{ readonly net: NetName }, Answer>({
  name: 'nets',
  summary: 'loss and gradient of five ReLU networks over all samples, in float64',
  packages: ['nets', 'autodiff', 'kernels', 'tensor'],

  cases: () =>
    (Object.keys(fiveNets) as NetName[]).map((net) => ({
      kind: 'timed',
      unit: 'gradients',
      name: `${net} ${fiveNets[net].widths.join('-')}`,
      parameters: { net },
    })),

  prepare({ net: name }, seed) {
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

  check: ([answer]) => [
    boundError('loss against autodiff', answer!.lossError, 1e-12),
    boundError('gradient against autodiff', answer!.gradientError, 1e-12),
  ],
});
