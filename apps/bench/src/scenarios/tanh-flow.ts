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
  /** θ(t1) */
  reference: reference.reference as readonly number[],
  /** ‖θ − reference‖/‖reference‖ */
  errorOf: (theta: ArrayLike<number>): number => relativeError(theta, reference.reference),
  /** max |θ_i − reference_i| */
  worstErrorOf: (theta: ArrayLike<number>): number =>
    reference.reference.reduce((worst, x, i) => Math.max(worst, Math.abs(x - theta[i]!)), 0),
};

/** Which derivatives of the risk a method is given. */
export type Knowledge = 'gradients' | 'products' | 'Hessians';

/** Its initial value problem, with the derivatives that a method is to know. */
export function flowProblem(risk: EmpiricalRisk, y0: Float64Array, t1: number, knows: Knowledge) {
  const negate = (out: Float64Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  };
  return {
    y0,
    t0: 0,
    t1,
    autonomous: true,
    symmetric: true,
    rhs: (_t: number, theta: Float64Array, out: Float64Array): void => {
      risk.gradient(theta, out);
      negate(out);
    },
    ...(knows === 'Hessians' && {
      jacobian: (_t: number, theta: Float64Array, out: Float64Array): void => {
        risk.hessian(theta, out);
        negate(out);
      },
    }),
    ...(knows === 'products' && {
      jacobianVector: (
        _t: number,
        theta: Float64Array,
        v: Float64Array,
        out: Float64Array,
      ): void => {
        risk.hessianVector(theta, v, out);
        negate(out);
      },
    }),
  };
}

/** No parameter at the end is farther from the reference than `limit`, the loss than a multiple of it. */
export function checkTanhFlow(error: number, loss: number, limit: number): readonly Check[] {
  return [
    boundError('θ(100) against the reference solution', error, limit, 'absolute'),
    compareNumbers('loss at t = 100', loss, reference.loss, 10 * limit),
  ];
}
