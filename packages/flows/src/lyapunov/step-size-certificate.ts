import { ArgumentError, requireFinite, ShapeError } from '@nonsmooth/core';
import {
  isPopulationRisk,
  requireNetwork,
  requireParameters,
  type Network,
  type PopulationRisk,
} from '@nonsmooth/nets';
import { HypothesisError } from '../hypothesis-error.js';
import { lyapunov } from './lyapunov.js';

/** A bound on the learning rate up to which V decreases, with the constants that it is made of. */
export interface StepSizeCertificate {
  /** The largest certified learning rate. */
  readonly learningRate: number;
  /** The bound as published, never above `learningRate`. */
  readonly publishedLearningRate: number;
  /** V(θ₀) of the published form, ‖θ‖² + |c − 2α|². */
  readonly initialValue: number;
  /** m = ∫dμ: 1 for samples. */
  readonly mass: number;
  /** A = ∫(1 + ‖x‖²)dμ: the mean over the inputs of samples. */
  readonly secondMoment: number;
  /** What is guaranteed, in words. */
  readonly guarantee: string;
  /** Bound on Σ_n L(θ_n) of gradient descent with a learning rate strictly below `publishedLearningRate`. */
  lossSumBound(learningRate: number): number;
  /**
   * Gradient descent with learning rates γ₀, γ₁, …, each below `learningRate`: bounds on Σγ_n L(θ_n) and on the least of the
   * L(θ_n). Both hold of the first terms of any longer sequence with rates up to the same largest one; if Σγ_n = ∞ there,
   * then L(θ_n) → 0.
   * @throws ArgumentError for a rate that is not in (0, learningRate), ShapeError for none.
   */
  sequenceBounds(learningRates: ArrayLike<number>): StepSequenceBounds;
}

/** What a sequence of certified learning rates γ_n guarantees. */
export interface StepSequenceBounds {
  /** Bound on Σγ_n L(θ_n), however long the sequence goes on. */
  readonly weightedLossSum: number;
  /** Σγ_n over the rates given. */
  readonly total: number;
  /** Bound on min L(θ_n) over as many steps: their quotient. */
  readonly leastLoss: number;
}

const theorem = 'arXiv 2102.09924';

/**
 * Learning rates with which gradient descent on the squared loss of a shallow network with constant target α
 * never increases V(θ) = ‖θ‖² + |c − 2α|². From ‖G‖² ≤ 4L(A‖θ‖² + m): γ ≤ 2/(A·V(θ₀) + 2m) as published (m = 1), and
 * γ ≤ 2/(A(V(θ₀) − 2α²) + 2m) by the same proof. It holds for every sequence of rates below: V falls by at least
 * 4γL(2 − γ(A(V(θ₀) − 2α²) + 2m)) in a step, and is never below 2α².
 * @param measure samples × l₀, row-major, for the empirical measure on them; or an exact population risk.
 * @throws HypothesisError for a network with other than one hidden layer and one output or another activation
 *   than relu; ShapeError or NonFiniteError for inputs, target or θ₀.
 */
export function stepSizeCertificate(
  net: Network,
  target: number,
  measure: ArrayLike<number> | PopulationRisk,
  theta0: ArrayLike<number>,
): StepSizeCertificate {
  requireNetwork('net', net);
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
  const { mass, secondMoment } = isPopulation(measure)
    ? ofPopulation(measure, target)
    : ofSamples(measure, net.widths[0]!);
  const publishedLearningRate = 2 / (secondMoment * initialValue + 2 * mass);
  const excess = initialValue - 2 * target ** 2;
  const curvature = secondMoment * excess + 2 * mass;
  const learningRate = 2 / curvature;
  return {
    learningRate,
    publishedLearningRate,
    initialValue,
    mass,
    secondMoment,
    guarantee:
      `Gradient descent from θ₀ with any constant learning rate γ ≤ ${learningRate} never increases ` +
      `V(θ) = ‖θ‖² + |c − 2α|²; for γ < ${publishedLearningRate} the losses are summable and tend to 0; so they do for ` +
      'any sequence of rates that stays below a smaller bound and has an infinite sum.',
    lossSumBound(gamma) {
      if (!(gamma > 0 && gamma < publishedLearningRate)) {
        throw new ArgumentError('learningRate', gamma, `in (0, ${publishedLearningRate})`);
      }
      return initialValue / (4 * gamma * (2 - gamma * (secondMoment * initialValue + 2 * mass)));
    },
    sequenceBounds(learningRates) {
      if (!(learningRates?.length > 0)) {
        throw new ShapeError('learningRates.length', learningRates?.length, 'one or more rates');
      }
      let [total, largest] = [0, 0];
      for (let n = 0; n < learningRates.length; n++) {
        const gamma = learningRates[n]!;
        if (!(gamma > 0 && gamma < learningRate)) {
          throw new ArgumentError(`learningRates[${n}]`, gamma, `in (0, ${learningRate})`);
        }
        total += gamma;
        largest = Math.max(largest, gamma);
      }
      const weightedLossSum = excess / (4 * (2 - largest * curvature));
      return { weightedLossSum, total, leastLoss: weightedLossSum / total };
    },
  };
}

interface Moments {
  readonly mass: number;
  readonly secondMoment: number;
}

function ofSamples(inputs: ArrayLike<number>, width: number): Moments {
  requireFinite('inputs', inputs);
  const samples = inputs.length / width;
  if (!(Number.isInteger(samples) && samples > 0)) {
    throw new ShapeError('inputs.length', inputs.length, `a positive multiple of ${width}`);
  }
  let squares = 0;
  for (let i = 0; i < inputs.length; i++) squares += inputs[i]! ** 2;
  return { mass: 1, secondMoment: 1 + squares / samples };
}

/** The risk's measure, if its target is the constant: the network that is constantly α then has no risk. */
function ofPopulation(risk: PopulationRisk, target: number): Moments {
  const constant = new Float64Array(risk.dimension);
  constant[risk.dimension - 1] = target;
  const [mass, , square] = risk.moments;
  if (!(risk.value(constant) <= 1e-24 * mass * (1 + target * target))) {
    throw new HypothesisError('target', target, 'the constant target of the risk', theorem);
  }
  return { mass, secondMoment: mass + square };
}

function isPopulation(measure: ArrayLike<number> | PopulationRisk): measure is PopulationRisk {
  return isPopulationRisk(measure as PopulationRisk);
}
