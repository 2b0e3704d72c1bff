import { requireFinite } from '@nonsmooth/core';
import { add, neg, relu, square, sub, sum, trace, type Program } from '@nonsmooth/autodiff';
import type { Budget } from '../cells/budget.js';
import { certify } from '../certify/certify.js';
import type { CertifiedGradient } from '../certify/certificate.js';
import type { Subject } from '../subject.js';
import { policyGradient, type SubgradientPolicy } from './subgradient-policy.js';

/** Certifies what a backward sweep under the policy answers in one call. */
export function certifyPolicy(
  subject: Subject,
  point: ArrayLike<number>,
  policy: SubgradientPolicy,
  call = 0,
  budget: Partial<Budget> = {},
): CertifiedGradient {
  requireFinite('point', point);
  const { gradient, signature } = policyGradient(subject, point.length, policy)(point, call);
  return certify(subject, point, {
    gradient,
    budget,
    kinks: { signature },
    tolerance: 1e-9 * (1 + gradient.reduce((worst, x) => Math.max(worst, Math.abs(x)), 0)),
  });
}

/** What Baumgärtner and Bethke (arXiv 2407.09639) say about a policy on dense ReLU networks; each line can be run. */
export interface PolicyStatement {
  readonly name: string;
  readonly hypothesis: {
    /** How many samples the loss has. */
    readonly samples: 'one' | 'any';
    /** Whether every hidden neuron has its own bias. */
    readonly ownBiases: boolean;
    readonly policies: readonly SubgradientPolicy['kind'][];
  };
  /** 'always' an element of Clarke's subdifferential, or 'may fail' with the counterexamples below. */
  readonly answerIsClarke: 'always' | 'may fail';
  readonly counterexamples: readonly Counterexample[];
}

/** A program and a point at which the answer of a signature lies outside of Clarke’s subdifferential. */
export interface Counterexample {
  readonly name: string;
  readonly program: Program;
  readonly point: readonly number[];
  /** The extreme points of Clarke's subdifferential at the point. */
  readonly clarke: readonly (readonly number[])[];
  /** σ per kink, and the answer it gives. */
  readonly signature: readonly number[];
  readonly answer: readonly number[];
}

const one = [[1]];

/** L(b) = (relu(b) − 1)² + (relu(b) + 1)² = 2relu(b)² + 2: the same input twice, with targets 1 and −1. */
const oppositeTargets: Program = trace((b) => {
  // two relu entries of one array, as a library has them: one per sample
  const kinks = relu(add(b, [0, 0]));
  return sum(square(sub(kinks, [1, -1])));
}, one);

/** L(w) = (relu(w) + 1)² + (relu(−w) − 1)² = (w + 1)² + 1. */
const noBias: Program = trace((w) => {
  const s = sum(w);
  return add(square(add(relu(s), 1)), square(sub(relu(neg(s)), 1)));
}, one);

/** relu(relu(s)) − relu(−relu(s)) = relu(s). */
const nested: Program = trace((x) => {
  const inner = relu(sum(x));
  return sub(relu(inner), relu(neg(inner)));
}, one);

/** The statements, each with its hypothesis and its counterexamples. */
export const policyStatements: readonly PolicyStatement[] = [
  {
    name: 'one sample, own biases: any choice, even random per kink, gives a Clarke gradient',
    hypothesis: {
      samples: 'one',
      ownBiases: true,
      policies: ['deterministic', 'perNeuron', 'randomPerKink', 'randomPerCall'],
    },
    answerIsClarke: 'always',
    counterexamples: [],
  },
  {
    name: 'a batch, own biases, one choice per neuron shared by all samples: a Clarke gradient',
    hypothesis: {
      samples: 'any',
      ownBiases: true,
      policies: ['deterministic', 'perNeuron', 'randomPerCall'],
    },
    answerIsClarke: 'always',
    counterexamples: [],
  },
  {
    name: 'a batch with choices that differ between samples: the answer can lie outside',
    hypothesis: { samples: 'any', ownBiases: true, policies: ['randomPerKink'] },
    answerIsClarke: 'may fail',
    counterexamples: [
      {
        name: 'equal inputs, targets 1 and −1, relu′(0) = 1 for the first sample only',
        program: oppositeTargets,
        point: [0],
        clarke: [[0]],
        signature: [1, -1],
        answer: [-2],
      },
      {
        name: 'equal inputs, targets 1 and −1, relu′(0) = 1 for the second sample only',
        program: oppositeTargets,
        point: [0],
        clarke: [[0]],
        signature: [-1, 1],
        answer: [2],
      },
    ],
  },
  {
    name: 'without biases: even one constant for all kinks can lie outside',
    hypothesis: { samples: 'any', ownBiases: false, policies: ['deterministic'] },
    answerIsClarke: 'may fail',
    counterexamples: [
      {
        name: 'constant c = 0 gives 4c = 0 where ∂ = {2}',
        program: noBias,
        point: [0],
        clarke: [[2]],
        signature: [-1, -1],
        answer: [0],
      },
      {
        name: 'constant c = 1 gives 4c = 4 where ∂ = {2}',
        program: noBias,
        point: [0],
        clarke: [[2]],
        signature: [1, 1],
        answer: [4],
      },
      {
        name: 'one sample, two hidden layers, constant c = 1 gives 2c² = 2 where ∂ = [0, 1]',
        program: nested,
        point: [0],
        clarke: [[0], [1]],
        signature: [1, 1, 1],
        answer: [2],
      },
    ],
  },
];
