import { ArgumentError, requireFinite, ShapeError } from '@nonsmooth/core';
import { requireParameters, type Network } from '@nonsmooth/nets';
import { HypothesisError } from '../hypothesis-error.js';
import { lyapunov } from './lyapunov.js';

export interface StepSizeCertificate {
  /** The largest certified learning rate. */
  readonly learningRate: number;
  /** The bound as published, never above `learningRate`. */
  readonly publishedLearningRate: number;
  /** V(θ₀) of the published form, ‖θ‖² + |c − 2α|². */
  readonly initialValue: number;
  /** A = mean of 1 + ‖x‖² over the inputs. */
  readonly secondMoment: number;
  /** What is guaranteed, in words. */
  readonly guarantee: string;
  /** Bound on Σ_n L(θ_n) of gradient descent with a learning rate strictly below `publishedLearningRate`. */
  lossSumBound(learningRate: number): number;
}

const theorem = 'arXiv 2102.09924';

/**
 * Learning rates with which gradient descent on the squared loss of a shallow network with constant target α
 * never increases V(θ) = ‖θ‖² + |c − 2α|². From ‖G‖² ≤ 4L(A‖θ‖² + 1): γ ≤ 2/(A·V(θ₀) + 2) as published, and
 * γ ≤ 2/(A(V(θ₀) − 2α²) + 2) by the same proof.
 * @param inputs samples × l₀, row-major: the certificate holds for the empirical measure on them.
 * @throws HypothesisError for a network with other than one hidden layer and one output or another activation
 *   than relu; ShapeError or NonFiniteError for inputs, target or θ₀.
 */
export function stepSizeCertificate(
  net: Network,
  target: number,
  inputs: ArrayLike<number>,
  theta0: ArrayLike<number>,
): StepSizeCertificate {
  if (net.widths.length !== 3 || net.widths[2] !== 1) {
    throw new HypothesisError(
      'network.widths',
      net.widths,
      'one hidden layer, one output',
      theorem,
    );
  }
  if (net.activation.name !== 'relu') {
    throw new HypothesisError('network.activation', net.activation.name, 'relu', theorem);
  }
  const deepForm = lyapunov(net, [target]);
  requireParameters(net, theta0);
  const initialValue = deepForm.value(Float64Array.from(theta0)) + 4 * target ** 2;
  const samples = inputs.length / net.widths[0]!;
  if (!(Number.isInteger(samples) && samples > 0)) {
    throw new ShapeError(
      'inputs.length',
      inputs.length,
      `a positive multiple of ${net.widths[0]!}`,
    );
  }
  requireFinite('inputs', inputs);
  let squares = 0;
  for (let i = 0; i < inputs.length; i++) squares += inputs[i]! ** 2;
  const secondMoment = 1 + squares / samples;
  const publishedLearningRate = 2 / (secondMoment * initialValue + 2);
  const learningRate = 2 / (secondMoment * (initialValue - 2 * target ** 2) + 2);
  return {
    learningRate,
    publishedLearningRate,
    initialValue,
    secondMoment,
    guarantee:
      `Gradient descent from θ₀ with any constant learning rate γ ≤ ${learningRate} never increases ` +
      `V(θ) = ‖θ‖² + |c − 2α|²; for γ < ${publishedLearningRate} the losses are summable and tend to 0.`,
    lossSumBound(gamma) {
      if (!(gamma > 0 && gamma < publishedLearningRate)) {
        throw new ArgumentError('learningRate', gamma, `in (0, ${publishedLearningRate})`);
      }
      return initialValue / (4 * gamma * (2 - gamma * (secondMoment * initialValue + 2)));
    },
  };
}
