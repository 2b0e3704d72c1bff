import {
  ArgumentError,
  largest,
  requireFinite,
  requireIndex,
  requireKnownOptions,
  requireLength,
  requireNumbers,
  requireObject,
  requireOneOf,
  smallest,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import {
  add,
  elementwise,
  mul,
  objective,
  relu,
  rewriteNodes,
  sub,
  type Program,
} from '@nonsmooth/autodiff';
import { programOf } from '../subject.js';
import { eventuallyExact, eventuallyExactMirrored } from './families.js';
import { withValues } from './generalized-gradient.js';
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
  /**
   * min_k m_k/C_k, rounded down, with m_k the smallest nonzero |pre-activation|: for smaller t > 0 no sign changes.
   * null if all are 0: then none changes for any t.
   */
  readonly limit: number | null;
  /** '+' or '-' per pre-activation on the path: layers in order, samples in rows, neurons in columns. */
  readonly signature: string;
  readonly steps: readonly BiasShiftStep[];
}

/** One member of the sequence of shifted parameters θ_t and its error. */
export interface BiasShiftStep {
  readonly t: number;
  /** Smallest |pre-activation| at θ_t, positive: L is a polynomial near θ_t. */
  readonly margin: number;
  /** ‖∇L(θ_t) − G(θ)‖_∞, of order t. */
  readonly gradientError: number;
}

/** Options of the bias shift: how long the sequence is, and to which side each neuron is shifted. */
export interface BiasShiftOptions {
  /** Number of steps, each a quarter of the one before. Default 4. */
  readonly steps?: number;
  /** −1 or 1 per hidden neuron; default all −1, which leads to relu'(0) = 0. */
  readonly signs?: readonly number[];
}

const biasShiftOptionNames: OptionNames<BiasShiftOptions> = { steps: true, signs: true };

/**
 * The certificate of the limiting property for an empirical risk of a network with its own bias per hidden
 * neuron (its layout names W1, b1, …): κ_1 = C_1 = 1, κ_k = 1 + ‖W^k‖_∞C_{k−1}, C_k = 1 + 2‖W^k‖_∞C_{k−1}.
 * On the path the signature is strict and constant and the risk is smooth, so ∇L(θ_t) − G(θ) = O(t): G(θ) is
 * even a Bouligand limit (arXiv 2501.15646). With signs per neuron the limit is the backward sweep with
 * relu'(0) = (1 + sign)/2 for that neuron in every sample.
 * Signs of pre-activations are those of the real numbers, at θ and on the path.
 * @throws ArgumentError for networks without own biases, other kinks than one relu per hidden layer, wrong
 *   signs, and pre-activations so small that rounding hides the shift.
 * @throws HiddenSignError where the sign of a pre-activation cannot be decided.
 */
export function biasShiftCertificate(
  risk: Objective,
  theta: ArrayLike<number>,
  options: BiasShiftOptions = {},
): BiasShiftCertificate {
  requireKnownOptions('options', options, biasShiftOptionNames);
  const program = programOf(risk, theta);
  const layers = hiddenLayers(risk, program);
  const neurons = layers.reduce((sum, { width }) => sum + width, 0);
  const { steps = 4, signs = new Array<number>(neurons).fill(-1) } = options;
  requireSigns(signs, neurons);
  requireIndex('steps', steps, Infinity);
  const point = Float64Array.from(theta);
  const { kappa, growth } = shiftFactors(layers, point);
  const before = reluArguments(program, point);
  const limit = limitOf(before, growth);
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
    limit: limit === Infinity ? null : limit,
    signature,
    steps: Array.from({ length: steps }, (_, i) => step(claim, largest * 4 ** -i)),
  };
}

/**
 * Re-derives the claim from the risk alone: at every θ_t all pre-activations are nonzero with the signature
 * given, and ∇L(θ_t) is as far from the gradient as stated, tending to it in proportion to t.
 * @throws ArgumentError naming what does not hold.
 */
export function verifyBiasShift(certificate: BiasShiftCertificate, risk: Objective): true {
  requireCertificate(certificate);
  const program = programOf(risk, certificate.theta);
  const layers = hiddenLayers(risk, program);
  const neurons = layers.reduce((sum, { width }) => sum + width, 0);
  requireSigns(certificate.signs, neurons);
  const claim = {
    ...certificate,
    layers,
    program,
    theta: Float64Array.from(certificate.theta),
    gradient: Float64Array.from(certificate.gradient),
  };
  requireBounds(certificate, claim, reluArguments(program, claim.theta));
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

function requireSigns(signs: readonly number[], neurons: number): void {
  requireNumbers('signs', signs);
  if (signs.length !== neurons || signs.some((sign) => sign !== 1 && sign !== -1)) {
    throw new ArgumentError('signs', signs, `−1 or 1 for each of ${neurons} hidden neurons`);
  }
}

/** Throws ArgumentError unless the certificate has the form of one. */
function requireCertificate(certificate: BiasShiftCertificate): void {
  requireObject('certificate', certificate);
  const { kind, theta, gradient, signs, kappa, growth, signature, steps } = certificate;
  requireOneOf('kind', kind, ['biasShift']);
  for (const [name, list] of Object.entries({ theta, gradient, signs, kappa, growth })) {
    requireFinite(name, list);
  }
  requireLength('gradient', gradient, theta.length);
  if (typeof signature !== 'string') throw new ArgumentError('signature', signature, '+ and -');
  if (!Array.isArray(steps) || steps.length < 2) {
    throw new ArgumentError('steps', steps, 'a list of at least two');
  }
  Array.from(steps as unknown[]).forEach((step, i) => requireObject(`steps[${i}]`, step));
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
  if (!(t > 0) || zeros > 0 || signatureOf(relus) !== claim.signature) {
    throw new ArgumentError('theta', `pre-activations that change on the path at t = ${t}`, 'none');
  }
  const gradient = gradientWith(program, theta, relus);
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
    const known = relus[layer];
    const { width } = layers[layer++]!;
    const y = withValues(x!, known);
    const up = signs.slice(neuron, (neuron += width)).map((sign) => (1 + sign) / 2);
    return add(
      mul(up, elementwise(eventuallyExactMirrored.at(epsilon), y)),
      mul(sub(1, up), elementwise(eventuallyExact.at(epsilon), y)),
    );
  });
  const gradient = new Float64Array(theta.length);
  objective(approximated, theta.length).gradient(theta, gradient);
  return gradient;
}

/** The gradient at θ, where these are the arguments of its relus and none of them is 0. */
function gradientWith(
  program: Program,
  theta: Float64Array,
  relus: readonly ReluArguments[],
): Float64Array {
  const isRough = relus.some(({ rough }) => rough.length > 0);
  let next = 0;
  const known = isRough
    ? rewriteNodes(program, ({ op }, [x]) =>
        op === 'relu' ? relu(withValues(x!, relus[next++])) : undefined,
      )
    : program;
  const gradient = new Float64Array(theta.length);
  objective(known, theta.length).gradient(theta, gradient);
  return gradient;
}

/** κ and C, rounded up where anything is rounded. */
function shiftFactors(
  layers: readonly HiddenLayer[],
  theta: Float64Array,
): { kappa: number[]; growth: number[] } {
  const kappa: number[] = [];
  const growth: number[] = [];
  layers.forEach((layer, k) => {
    const norm = k === 0 ? 0 : infinityNorm(layer, theta);
    const product = k === 0 ? 0 : norm * growth[k - 1]!;
    // integers that doubles hold are exact
    const isExact = Number.isInteger(norm) && product < 2 ** 51;
    const carried = isExact ? product : product * (1 + 2 ** -30);
    kappa.push(isExact ? 1 + carried : (1 + carried) * (1 + 2 ** -30));
    growth.push(isExact ? 1 + 2 * carried : (1 + 2 * carried) * (1 + 2 ** -29));
  });
  return { kappa, growth };
}

/** min_k m_k/C_k, rounded down. */
function limitOf(relus: readonly ReluArguments[], growth: readonly number[]): number {
  const limits = relus.map((relu, k) => {
    const { smallestPositive, smallestNegative } = switchingExtremes([relu]);
    const quotient = Math.min(smallestPositive, smallestNegative) / growth[k]!;
    return Number.isInteger(quotient) ? quotient : quotient * (1 - 2 ** -52);
  });
  return smallest(limits);
}

/** The stated κ, C and limit are those of the network at θ, and so is the signature next to θ. */
function requireBounds(
  { kappa, growth, limit, signature, signs, steps }: BiasShiftCertificate,
  { layers, theta }: Pick<Claim, 'layers' | 'theta'>,
  relus: readonly ReluArguments[],
): void {
  const expected = shiftFactors(layers, theta);
  const isSame = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((x, k) => x === b[k]);
  if (!isSame(kappa, expected.kappa)) {
    throw new ArgumentError('kappa', kappa, expected.kappa.join(', '));
  }
  if (!isSame(growth, expected.growth)) {
    throw new ArgumentError('growth', growth, expected.growth.join(', '));
  }
  const found = limitOf(relus, growth);
  if ((limit ?? Infinity) !== found) {
    throw new ArgumentError('limit', limit, String(found));
  }
  if (signature !== expectedSignature(relus, layers, signs)) {
    throw new ArgumentError(
      'signature',
      signature,
      'signs at theta, and those of the path at zeros',
    );
  }
  if (!steps.every(({ t }) => t < found)) {
    throw new ArgumentError(
      'steps',
      steps.map(({ t }) => t),
      `below ${found}`,
    );
  }
}

function signatureOf(relus: readonly ReluArguments[]): string {
  return relus.map(({ signs }) => Array.from(signs, (s) => (s > 0 ? '+' : '-')).join('')).join('');
}

/** Signs as at θ, and the neuron's own sign where the pre-activation is 0. */
function expectedSignature(
  relus: readonly ReluArguments[],
  layers: readonly HiddenLayer[],
  signs: readonly number[],
): string {
  let first = 0;
  return relus
    .map(({ signs: own }, k) => {
      const { width } = layers[k]!;
      const text = Array.from(own, (s, i) =>
        (s === 0 ? signs[first + (i % width)]! : s) > 0 ? '+' : '-',
      ).join('');
      first += width;
      return text;
    })
    .join('');
}
