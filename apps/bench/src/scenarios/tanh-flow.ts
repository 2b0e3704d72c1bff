import { empiricalRisk, network, type EmpiricalRisk } from '@nonsmooth/nets';
import { boundError, compareNumbers, type Check } from '../check.js';
import reference from '../data/tanh-flow.json' with { type: 'json' };
import { relativeError } from './five-nets.js';

/** The gradient flow of a 1-16-1 tanh network on 256 points to t = 100, with its reference solution. */
export const tanhFlow = {
  start: Float64Array.from(reference.theta0),
  until: reference.t1,
  risk(): EmpiricalRisk {
    const net = network([1, 16, 1], { activation: 'tanh' });
    return empiricalRisk(net, { inputs: reference.x, targets: reference.y });
  },
  /** ‖θ − reference‖/‖reference‖ */
  errorOf: (theta: ArrayLike<number>): number => relativeError(theta, reference.reference),
};

/** The end point is that of the reference within `limit`, its loss within a multiple of it. */
export function checkTanhFlow(error: number, loss: number, limit: number): readonly Check[] {
  return [
    boundError('θ(100) against the reference solution', error, limit),
    compareNumbers('loss at t = 100', loss, reference.loss, 10 * limit),
  ];
}
