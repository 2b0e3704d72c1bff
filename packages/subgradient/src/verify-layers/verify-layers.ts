import type { Program } from '@nonsmooth/autodiff';
import {
  addDyadics,
  absoluteDyadic,
  dyadicOf,
  dyadicZero,
  integersOfDyadics,
  signOfDyadic,
  type Dyadic,
} from '../exact/dyadic.js';
import { rankModPrime } from '../exact/rank.js';
import { implications } from '../membership/implications.js';
import {
  subdifferentialNames,
  type Decisions,
  type SubdifferentialName,
  type WeighedClass,
} from '../membership/proofs.js';
import { ClearSamples } from './clear-samples.js';
import { Allowance, OutOfProducts } from './exact-sample.js';
import { readNetworkRisk, type NetworkRisk } from './network-risk.js';
import { OpenSample, type Zero } from './open-sample.js';
import { LineSamples } from './line-samples.js';

/** What a certificate says about a network: σ, one for all kinks that it counts, and the decisions for g_σ. */
export interface LayersClaim {
  readonly point: readonly number[];
  readonly gradient: readonly number[];
  readonly choice: readonly number[];
  readonly decisions: Decisions;
  /** How far each entry of the gradient may be from g_σ, absolutely and relative to its largest entry or 1. */
  readonly tolerance: number;
  readonly relativeTolerance: number;
}

/** Products of whole numbers that one claim may cost. */
const products = 8_000_000;

const rooms = new WeakMap<NetworkRisk, ClearSamples | LineSamples>();

/**
 * Whether the claim holds, from the program alone: every sign of a unit is certain or exactly 0, the gradient is g_σ, and
 * each decided membership follows from its proof. This pass through the network shares no code with the one that
 * `certify` makes; of exact arithmetic it uses numbers n·2^e and ranks modulo a prime.
 */
export function layersProve(claim: LayersClaim, program: Program): boolean {
  const risk = readNetworkRisk(program);
  const { point, choice, decisions } = claim;
  const sigma: unknown = choice[0] ?? -1;
  if (risk === undefined || point.length !== risk.dimension) return false;
  if (typeof sigma !== 'number' || !(Math.abs(sigma) <= 1)) return false;
  if (choice.some((other) => other !== sigma)) return false;
  try {
    const check = new Check(risk, Float64Array.from(point), sigma);
    return (
      check.hasGradient(claim) &&
      subdifferentialNames.every((set) => {
        const { answer, proof } = decisions[set];
        return (
          answer === 'undecided' || (proof !== undefined && check.proves(set, answer, proof, claim))
        );
      })
    );
  } catch (error) {
    if (error instanceof OutOfProducts) return false;
    throw error;
  }
}

type Proof = NonNullable<Decisions[SubdifferentialName]['proof']>;

class Check {
  private readonly risk: NetworkRisk;
  private readonly theta: Float64Array;
  private readonly sigma: number;
  /** Derivatives of the activation at 0 for σ and for 0. */
  private readonly atZero: number;
  private readonly half: number;
  private readonly gradient: Float64Array;
  private readonly open: readonly OpenSample[];
  private readonly allowance = new Allowance(products);
  private readonly proved = new Map<string, boolean>();

  constructor(risk: NetworkRisk, theta: Float64Array, sigma: number) {
    const { slope } = risk;
    this.risk = risk;
    this.theta = theta;
    this.sigma = sigma;
    this.atZero = slope + ((1 - slope) * (1 + sigma)) / 2;
    this.half = (1 + slope) / 2;
    this.gradient = new Float64Array(risk.dimension);
    let clear = rooms.get(risk);
    if (clear === undefined) {
      clear = LineSamples.fits(risk) ? new LineSamples(risk) : new ClearSamples(risk);
      rooms.set(risk, clear);
    }
    const parameters = new Map<number, Dyadic>();
    const parameter = (t: number): Dyadic => {
      let known = parameters.get(t);
      if (known === undefined) parameters.set(t, (known = dyadicOf(theta[t]!)));
      return known;
    };
    this.open = clear
      .run(theta, this.gradient)
      .map((s) => new OpenSample(risk, theta, parameter, s, this.allowance));
    for (const sample of this.open) {
      sample.backward(this.atZero);
      sample.addGradient(this.atZero, this.gradient);
    }
    for (let t = 0; t < this.gradient.length; t++) this.gradient[t]! /= risk.samples;
  }

  hasGradient({ gradient, tolerance, relativeTolerance }: LayersClaim): boolean {
    if (gradient.length !== this.gradient.length) return false;
    if (typeof tolerance !== 'number' || !(tolerance >= 0)) return false;
    let scale = 1;
    // NaN stays
    for (const g of this.gradient) scale = Math.max(scale, Math.abs(g));
    if (!(scale < Infinity)) return false;
    const allowed = Math.max(tolerance, relativeTolerance * scale);
    return gradient.every((g, t) => {
      const difference = typeof g === 'number' ? Math.abs(g - this.gradient[t]!) : Infinity;
      return difference <= allowed && Number.isFinite(g);
    });
  }

  proves(
    set: SubdifferentialName,
    answer: string,
    proof: Proof,
    { choice, decisions }: LayersClaim,
  ): boolean {
    const { sigma } = this;
    switch (proof.kind) {
      case 'impliedBy':
        return (
          implications.has(`${proof.set} ${answer} ${set}`) &&
          decisions[proof.set].answer === answer
        );
      case 'differentiable':
        return answer === 'in' && this.areClasses([], choice.length);
      // every sign is known by now: all units that are 0 turned on, or off, one layer after the other; means of such points for |σ| < 1
      case 'biasShift':
        return (
          answer === 'in' && (set === 'clarke' || (set === 'bouligand' && Math.abs(sigma) === 1))
        );
      case 'layers':
        return (
          this.areClasses(proof.classes, choice.length) &&
          follows(`${set} ${answer}`, proof.classes, Math.abs(sigma) === 1)
        );
      default:
        return false;
    }
  }

  private areClasses(classes: readonly WeighedClass[], count: number): boolean {
    const key = JSON.stringify(classes);
    const known = this.proved.get(key) ?? this.checkClasses(classes, count);
    this.proved.set(key, known);
    return known;
  }

  /**
   * Whether the classes hold all zeros that have an influence, each class those of one function with the stated sign
   * of its weight, and gradients of different classes are independent. A kink touches no bias of another unit in its
   * own or a lower layer, so they are if those of each unit are, as functions of its own weights and bias.
   */
  private checkClasses(classes: readonly WeighedClass[], count: number): boolean {
    const places = new Map<number, { layer: number; unit: number; sample: OpenSample }>();
    const listed = new Set(classes.flatMap(({ kinks }) => kinks));
    if (listed.size !== count || classes.some(({ kinks }) => kinks.length === 0)) return false;
    if (classes.reduce((sum, { kinks }) => sum + kinks.length, 0) !== count) return false;
    for (const sample of this.open) {
      if (this.risk.slope === 1) continue;
      const [own, others]: [Zero[], Zero[]] = [[], []];
      for (const zero of sample.zeros) {
        const index = this.indexOf(zero, sample);
        if (listed.has(index)) {
          places.set(index, { ...zero, sample });
          own.push(zero);
        } else others.push(zero);
      }
      if (others.length > 0) {
        sample.backward(this.half);
        const isFine = others.every((zero) => sample.isWithoutInfluence(zero, own, this.half));
        sample.backward(this.atZero);
        if (!isFine) return false;
      }
    }
    if (places.size !== count) return false;
    const rows = new Map<string, Dyadic[][]>();
    for (const { kinks, weight } of classes) {
      const zeros = kinks.map((index) => places.get(index)!);
      const [{ layer, unit, sample }] = zeros as [(typeof zeros)[0]];
      const isOne = zeros.every(
        (zero) =>
          zero.layer === layer && zero.unit === unit && this.haveEqualInputs(zero.sample, sample),
      );
      const isTold = weight === -1 || weight === 0 || weight === 1;
      if (!isOne || !(isTold ? this.signOfSum(zeros) === weight : weight === null)) return false;
      const key = `${layer} ${unit}`;
      rows.set(key, [...(rows.get(key) ?? []), this.rowOf(layer, sample)]);
    }
    return [...rows.values()].every((own) => areIndependent(own));
  }

  /** Position among all switching variables: by layer, sample, unit. */
  private indexOf({ layer, unit }: Zero, { sample }: OpenSample): number {
    const { layers, samples } = this.risk;
    const before = layers.slice(0, layer).reduce((sum, { width }) => sum + width * samples, 0);
    return before + sample * layers[layer]!.width + unit;
  }

  private haveEqualInputs(a: OpenSample, b: OpenSample): boolean {
    const { inputs, layers } = this.risk;
    const { fanIn } = layers[0]!;
    for (let j = 0; j < fanIn; j++) {
      if (inputs[a.sample * fanIn + j] !== inputs[b.sample * fanIn + j]) return false;
    }
    return true;
  }

  /** ∂z/∂(W, b) of a unit: the activations below, and 1. */
  private rowOf(layer: number, { exact }: OpenSample): Dyadic[] {
    const { fanIn } = this.risk.layers[layer]!;
    const row = Array.from({ length: fanIn }, (_, j) => exact.activation(layer - 1, j));
    return [...row, dyadicOf(1)];
  }

  /** The sign of Σ ∂loss/∂(activation) over zeros of equal functions; undefined if it is not known. */
  private signOfSum(
    zeros: readonly (Zero & { readonly sample: OpenSample })[],
  ): number | undefined {
    let [value, size, error] = [0, 0, 0];
    for (const zero of zeros) {
      const cotangent = zero.sample.cotangentOf(zero);
      value += cotangent.value;
      size += Math.abs(cotangent.value);
      error += cotangent.radius;
    }
    // sums of n terms: each partial sum is rounded by less than 2^−53 of the sum of sizes
    const bound = (error + zeros.length * size * 2 ** -53) * (1 + 2 ** -30);
    if (Math.abs(value) > bound && bound < Infinity) return Math.sign(value);
    let [sum, radius] = [dyadicZero, dyadicZero];
    for (const { sample, layer, unit } of zeros) {
      const cotangent = sample.exact.cotangents(this.atZero)[layer]![unit]!;
      sum = addDyadics(sum, cotangent.value);
      radius = addDyadics(radius, cotangent.radius);
    }
    const sign = signOfDyadic(sum);
    const margin = addDyadics(absoluteDyadic(sum), { n: -radius.n, e: radius.e });
    return sign === 0 && radius.n === 0n ? 0 : signOfDyadic(margin) > 0 ? sign : undefined;
  }
}

function areIndependent(rows: readonly (readonly Dyadic[])[]): boolean {
  return rows.length === 1 || rankModPrime(rows.map(integersOfDyadics)).rows.length === rows.length;
}

/** Membership of g_σ by the signs of β, where gradients are independent: |σβ| ≤ β or |σβ| = |β|, class by class. */
function follows(claim: string, classes: readonly WeighedClass[], isVertex: boolean): boolean {
  const weights = classes.map(({ weight }) => weight);
  switch (claim) {
    case 'frechet in':
      return weights.every((w) => w !== null && w >= 0);
    case 'frechet out':
      return weights.includes(-1);
    case 'limiting in':
      return isVertex || weights.every((w) => w !== null && w >= 0);
    case 'limiting out':
      return !isVertex && weights.includes(-1);
    case 'bouligand in':
      return isVertex || weights.every((w) => w === 0);
    case 'bouligand out':
      return !isVertex && weights.some((w) => w !== null && w !== 0);
    default:
      return claim === 'clarke in';
  }
}
