import { ArgumentError, largest, smallest, type Objective } from '@nonsmooth/core';
import {
  add,
  elementwise,
  mul,
  objective,
  rewriteNodes,
  sub,
  type Program,
} from '@nonsmooth/autodiff';
import { programOf } from '../subject.js';
import { eventuallyExact, eventuallyExactMirrored } from './families.js';
import { hiddenLayers, infinityNorm, type HiddenLayer } from './hidden-layers.js';
import { reluArguments, switchingExtremes, type ReluArguments } from './switching-values.js';

/**
 * Evidence that G(θ) is a limit of gradients of the risk: the path θ_t that shifts the bias of neuron i of
 * hidden layer k by sign_{k,i}·t·κ_k. Plain data.
 */
export interface BiasShiftCertificate {
  readonly kind: 'biasShift';
  readonly theta: readonly number[];
  /** The claimed limit. */
  readonly gradient: readonly number[];
  /** −1 or 1 per hidden neuron, layer after layer. */
  readonly signs: readonly number[];
  /** κ_k per hidden layer. */
  readonly kappa: readonly number[];
  /** C_k per hidden layer: no pre-activation of layer k moves by more than C_k·t. */
  readonly growth: readonly number[];
  /** min_k m_k/C_k with m_k the smallest nonzero |pre-activation|: for smaller t > 0 no sign changes. */
  readonly limit: number;
  /** '+' or '-' per pre-activation on the path: layers in order, samples in rows, neurons in columns. */
  readonly signature: string;
  readonly steps: readonly BiasShiftStep[];
}

export interface BiasShiftStep {
  readonly t: number;
  /** Smallest |pre-activation| at θ_t, positive: L is a polynomial near θ_t. */
  readonly margin: number;
  /** ‖∇L(θ_t) − G(θ)‖_∞, of order t. */
  readonly gradientError: number;
}

export interface BiasShiftOptions {
  /** Number of steps, each a quarter of the one before. Default 4. */
  readonly steps?: number;
  /** −1 or 1 per hidden neuron; default all −1, which leads to relu'(0) = 0. */
  readonly signs?: readonly number[];
}

/**
 * The certificate of the limiting property for an empirical risk of a network with its own bias per hidden
 * neuron (its layout names W1, b1, …): κ_1 = C_1 = 1, κ_k = 1 + ‖W^k‖_∞C_{k−1}, C_k = 1 + 2‖W^k‖_∞C_{k−1}.
 * On the path the signature is strict and constant and the risk is smooth, so ∇L(θ_t) − G(θ) = O(t): G(θ) is
 * even a Bouligand limit (arXiv 2501.15646). With signs per neuron the limit is the backward sweep with
 * relu'(0) = (1 + sign)/2 for that neuron in every sample.
 * @throws ArgumentError for networks without own biases, other kinks than one relu per hidden layer, wrong
 *   signs, and pre-activations so small that rounding hides the shift.
 */
export function biasShiftCertificate(
  risk: Objective,
  theta: ArrayLike<number>,
  options: BiasShiftOptions = {},
): BiasShiftCertificate {
  const program = programOf(risk, theta);
  const layers = hiddenLayers(risk, program);
  const neurons = layers.reduce((sum, { width }) => sum + width, 0);
  const signs = options.signs ?? new Array<number>(neurons).fill(-1);
  if (signs.length !== neurons || signs.some((sign) => Math.abs(sign) !== 1)) {
    throw new ArgumentError('signs', signs, `−1 or 1 for each of ${neurons} hidden neurons`);
  }
  const point = Float64Array.from(theta);
  const { kappa, growth } = shiftFactors(layers, point);
  const before = reluArguments(program, point);
  const limit = smallest(before.map(({ values }, k) => smallestNonzero(values) / growth[k]!));
  const signature = expectedSignature(before, layers, signs);
  const gradient = limitGradient(program, layers, signs, point, before);
  const largest = 2 ** Math.floor(Math.log2(Math.min(1, limit) / 2));
  const claim = { layers, program, kappa, signs, theta: point, signature, gradient };
  return {
    kind: 'biasShift',
    theta: Array.from(point),
    gradient: Array.from(gradient),
    signs: [...signs],
    kappa,
    growth,
    limit,
    signature,
    steps: Array.from({ length: options.steps ?? 4 }, (_, i) => step(claim, largest * 4 ** -i)),
  };
}

/**
 * Re-derives the claim from the risk alone: at every θ_t all pre-activations are nonzero with the signature
 * given, and ∇L(θ_t) is as far from the gradient as stated, tending to it in proportion to t.
 * @throws ArgumentError naming what does not hold.
 */
export function verifyBiasShift(certificate: BiasShiftCertificate, risk: Objective): true {
  const program = programOf(risk, certificate.theta);
  const layers = hiddenLayers(risk, program);
  const claim = {
    ...certificate,
    layers,
    program,
    theta: Float64Array.from(certificate.theta),
    gradient: Float64Array.from(certificate.gradient),
  };
  if (certificate.steps.length < 2) {
    throw new ArgumentError('steps', certificate.steps.length, 'at least two');
  }
  const scale = 1 + largest(certificate.gradient.map(Math.abs));
  certificate.steps.forEach(({ t, margin, gradientError }, i) => {
    const found = step(claim, t);
    if (found.margin !== margin) throw new ArgumentError('margin', margin, String(found.margin));
    if (found.gradientError !== gradientError) {
      throw new ArgumentError('gradientError', gradientError, String(found.gradientError));
    }
    const earlier = certificate.steps[i - 1];
    if (earlier === undefined) return;
    const expected = (2 * t) / earlier.t;
    if (!(t < earlier.t) || gradientError > expected * earlier.gradientError + 1e-9 * scale) {
      throw new ArgumentError('steps', [earlier.gradientError, gradientError], 'errors of order t');
    }
  });
  return true;
}

interface Claim {
  readonly layers: readonly HiddenLayer[];
  readonly program: Program;
  readonly kappa: readonly number[];
  readonly signs: readonly number[];
  readonly theta: Float64Array;
  readonly signature: string;
  readonly gradient: Float64Array;
}

function step(claim: Claim, t: number): BiasShiftStep {
  const { layers, program, kappa, signs } = claim;
  const theta = claim.theta.slice();
  let neuron = 0;
  layers.forEach(({ bias, width }, k) => {
    for (let i = 0; i < width; i++) theta[bias + i]! += signs[neuron++]! * t * kappa[k]!;
  });
  const relus = reluArguments(program, theta);
  const { smallestPositive, smallestNegative, zeros } = switchingExtremes(relus);
  if (zeros > 0 || signatureOf(relus) !== claim.signature) {
    throw new ArgumentError('theta', `pre-activations that change on the path at t = ${t}`, 'none');
  }
  const gradient = new Float64Array(theta.length);
  objective(program, theta.length).gradient(theta, gradient);
  return {
    t,
    margin: Math.min(smallestPositive, smallestNegative),
    gradientError: gradient.reduce(
      (worst, entry, i) => Math.max(worst, Math.abs(entry - claim.gradient[i]!)),
      0,
    ),
  };
}

/** ∇L_ε(θ) with the eventually exact family for sign −1, its mirror image for 1, and ε small enough for both. */
function limitGradient(
  program: Program,
  layers: readonly HiddenLayer[],
  signs: readonly number[],
  theta: Float64Array,
  relus: readonly ReluArguments[],
): Float64Array {
  const { smallestPositive, smallestNegative } = switchingExtremes(relus);
  const epsilon = Math.min(1, smallestPositive, smallestNegative);
  let layer = 0;
  let neuron = 0;
  const approximated = rewriteNodes(program, (node, [x]) => {
    if (node.op !== 'relu') return undefined;
    const { width } = layers[layer++]!;
    const up = signs.slice(neuron, (neuron += width)).map((sign) => (1 + sign) / 2);
    return add(
      mul(up, elementwise(eventuallyExactMirrored.at(epsilon), x!)),
      mul(sub(1, up), elementwise(eventuallyExact.at(epsilon), x!)),
    );
  });
  const gradient = new Float64Array(theta.length);
  objective(approximated, theta.length).gradient(theta, gradient);
  return gradient;
}

function shiftFactors(
  layers: readonly HiddenLayer[],
  theta: Float64Array,
): { kappa: number[]; growth: number[] } {
  const kappa: number[] = [];
  const growth: number[] = [];
  layers.forEach((layer, k) => {
    const carried = k === 0 ? 0 : infinityNorm(layer, theta) * growth[k - 1]!;
    kappa.push(1 + carried);
    growth.push(1 + 2 * carried);
  });
  return { kappa, growth };
}

function smallestNonzero(values: ArrayLike<number>): number {
  let smallest = Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) smallest = Math.min(smallest, Math.abs(values[i]!));
  }
  return smallest;
}

function signatureOf(relus: readonly ReluArguments[]): string {
  return relus
    .map(({ values }) => Array.from(values, (v) => (v > 0 ? '+' : '-')).join(''))
    .join('');
}

/** Signs as at θ, and the neuron's own sign where the pre-activation is 0. */
function expectedSignature(
  relus: readonly ReluArguments[],
  layers: readonly HiddenLayer[],
  signs: readonly number[],
): string {
  let first = 0;
  return relus
    .map(({ values }, k) => {
      const { width } = layers[k]!;
      const text = Array.from(values, (v, i) =>
        (v === 0 ? signs[first + (i % width)]! : v) > 0 ? '+' : '-',
      ).join('');
      first += width;
      return text;
    })
    .join('');
}
