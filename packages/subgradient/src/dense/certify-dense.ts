import type { Program } from '@nonsmooth/autodiff';
import type { Decision, Decisions, Proof, WeighedClass } from '../membership/proofs.js';
import { addBalls, signOfBall, type Ball } from '../procedure/ball.js';
import { BatchScreen } from './batch-screen.js';
import { denseProgram, type DenseProgram } from './dense-risk.js';
import { areIndependent, type BallRow } from './row-independence.js';
import { SampleSweep } from './sample-sweep.js';
import { multiplierReason } from '../membership/reasons.js';

/** A pre-activation that is exactly 0. */
export interface ZeroUnit {
  /** Position among all switching variables. */
  readonly index: number;
  readonly layer: number;
  readonly unit: number;
  readonly sample: number;
  /** Whether the risk depends on its |z| to first order. */
  readonly matters: boolean;
}

/** What is known about the risk of a ReLU network at a point, and about its gradient by a sweep. */
export interface DenseAnswer {
  readonly dense: DenseProgram;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly zeros: readonly ZeroUnit[];
  /** Whether the gradients of the zeros that matter are proved independent, equal functions taken as one. */
  readonly isIndependent: boolean;
  /** The zeros that matter by classes of equal functions. */
  readonly classes: readonly WeighedClass[];
  radius(refinements: number): number;
}

class Prepared {
  readonly screen: BatchScreen;
  readonly sweep: SampleSweep;
  readonly clean: Uint32Array;

  constructor(dense: DenseProgram) {
    this.screen = new BatchScreen(dense);
    this.sweep = new SampleSweep(dense);
    this.clean = new Uint32Array(dense.samples);
  }
}

const prepared = new WeakMap<DenseProgram, Prepared>();

/**
 * The risk of a ReLU network at θ, with relu'(0) = `reluAtZero`: signs by one bound per sample, then by running bounds
 * and exact arithmetic in the samples that this leaves open. Undefined for other programs, for points at which
 * something overflows, and for signs that stay hidden.
 */
export function denseAnswer(
  program: Program,
  point: ArrayLike<number>,
  reluAtZero: number,
): DenseAnswer | undefined {
  const dense = denseProgram(program);
  if (dense === undefined) return undefined;
  let tools = prepared.get(dense);
  if (tools === undefined) prepared.set(dense, (tools = new Prepared(dense)));
  const { screen, sweep } = tools;
  const theta = new Float64Array(point);
  const open = screen.run(theta);
  const gradient = new Float64Array(dense.dimension);
  const { slope } = dense.hidden[0]!;
  const atZero = slope + (1 - slope) * reluAtZero;
  const findings = new Findings(dense, sweep, (1 + slope) / 2, atZero);
  let value: number;
  if (open.length === 0) value = dense.kernel.gradient(theta, gradient);
  else {
    value = cleanPart(dense, tools.clean, open, theta, gradient);
    sweep.start(theta);
    for (const sample of open) {
      if (!sweep.forward(sample)) return undefined;
      dense.hidden.forEach((_, k) => {
        const bounds = screen.boundsOf(k);
        const { reach, leastGrowth, totalGrowth } = sweep.measure(k);
        bounds.reach[sample] = reach;
        bounds.leastGrowth[sample] = leastGrowth;
        bounds.totalGrowth[sample] = totalGrowth;
      });
      findings.add(sample);
      sweep.backward(atZero);
      sweep.addGradient(1 / dense.samples, atZero, gradient);
      value += sweep.loss / dense.samples;
      findings.weigh(sample);
    }
  }
  if (!Number.isFinite(value) || !isFinite(gradient)) return undefined;
  return {
    dense,
    value,
    gradient,
    zeros: findings.zeros,
    ...findings.conclusion(),
    radius: (refinements) => screen.radius(refinements),
  };
}

/** The samples without hidden signs by kernels. */
function cleanPart(
  { samples, kernel }: DenseProgram,
  buffer: Uint32Array,
  open: readonly number[],
  theta: Float64Array,
  gradient: Float64Array,
): number {
  let count = 0;
  let next = 0;
  for (let s = 0; s < samples; s++) {
    if (s === open[next]) next++;
    else buffer[count++] = s;
  }
  if (count === 0) return 0;
  const value = kernel.batchGradient(theta, buffer.subarray(0, count), gradient);
  const share = count / samples;
  for (let t = 0; t < gradient.length; t++) gradient[t]! *= share;
  return value * share;
}

interface KinkClass {
  readonly layer: number;
  readonly unit: number;
  readonly row: BallRow;
  readonly kinks: number[];
  beta: Ball;
}

/** The zeros of samples that are swept one after the other. */
class Findings {
  readonly zeros: ZeroUnit[] = [];
  private readonly classes = new Map<string, KinkClass>();
  private readonly dense: DenseProgram;
  private readonly sweep: SampleSweep;
  private readonly half: number;
  private readonly offsets: readonly number[];
  private here: { layer: number; unit: number; matters: boolean }[] = [];

  constructor(dense: DenseProgram, sweep: SampleSweep, half: number, atZero: number) {
    this.dense = dense;
    this.sweep = sweep;
    // β is multiplied by σβ-dependent weights only, so the sign of 1 − slope is all that is left of ½(1 − slope)
    this.half = half;
    this.atZero = atZero;
    let offset = 0;
    this.offsets = dense.hidden.map(({ width }) => {
      const first = offset;
      offset += width * dense.samples;
      return first;
    });
  }

  private readonly atZero: number;

  /** The zeros of the sample that was just swept forward, and which of them matter. */
  add(sample: number): void {
    const { sweep, dense } = this;
    this.here = [];
    for (let k = dense.hidden.length - 1; k >= 0; k--) {
      const { sign } = sweep.layers[k]!;
      for (let i = 0; i < sign.length; i++) {
        if (sign[i] === 0) this.here.push({ layer: k, unit: i, matters: false });
      }
    }
    if (this.here.length === 0) return;
    const { slope } = dense.hidden[0]!;
    if (slope === 1) return this.note(sample);
    sweep.backward(this.half);
    for (const zero of this.here) zero.matters = !isZero(sweep.cotangentOf(zero.layer, zero.unit));
    if (this.here.every(({ matters }) => matters)) return this.note(sample);
    // those that a later one that matters depends on, from the last layer to the first
    for (const later of this.here) {
      if (!later.matters) continue;
      const open = this.here.filter(({ layer, matters }) => !matters && layer < later.layer);
      if (open.length === 0) continue;
      sweep.influence(later.layer, later.unit, this.half);
      for (const zero of open) {
        zero.matters = !isZero(sweep.cotangentOf(zero.layer, zero.unit));
      }
    }
    this.note(sample);
  }

  private note(sample: number): void {
    for (const { layer, unit, matters } of this.here) {
      const { width } = this.dense.hidden[layer]!;
      const index = this.offsets[layer]! + sample * width + unit;
      this.zeros.push({ index, layer, unit, sample, matters });
    }
  }

  /** After the backward sweep: the weights of the zeros of the sample. */
  weigh(sample: number): void {
    const { dense, sweep } = this;
    for (const { layer, unit, matters } of this.here) {
      if (!matters) continue;
      const key = `${layer} ${unit} ${dense.inputClass[sample]!}`;
      const cotangent = sweep.cotangentOf(layer, unit);
      const index = this.offsets[layer]! + sample * dense.hidden[layer]!.width + unit;
      const known = this.classes.get(key);
      if (known === undefined) {
        const row = this.rowOf(layer, sample);
        this.classes.set(key, { layer, unit, row, kinks: [index], beta: cotangent });
      } else {
        known.kinks.push(index);
        known.beta = addBalls(known.beta, cotangent);
      }
    }
  }

  /** ∂z/∂(W, b) of a unit: the activations below, and 1. */
  private rowOf(layer: number, sample: number): BallRow {
    if (layer === 0) {
      const { inputs, hidden } = this.dense;
      const { fanIn } = hidden[0]!;
      const values = [...inputs.subarray(sample * fanIn, (sample + 1) * fanIn), 1];
      return { values, radii: new Float64Array(fanIn + 1) };
    }
    const { output, outputRadius } = this.sweep.layers[layer - 1]!;
    return { values: [...output, 1], radii: [...outputRadius, 0] };
  }

  /**
   * Sorted from the last layer to the first, the gradients are block triangular: no kink of another unit in its own or
   * a lower layer touches the bias of a unit. So they are independent if those of each unit are, in its own weights.
   */
  conclusion(): Pick<DenseAnswer, 'isIndependent' | 'classes'> {
    this.zeros.sort((a, b) => a.index - b.index);
    const units = new Map<string, BallRow[]>();
    for (const { layer, unit, row } of this.classes.values()) {
      const key = `${layer} ${unit}`;
      const rows = units.get(key);
      if (rows === undefined) units.set(key, [row]);
      else rows.push(row);
    }
    return {
      isIndependent: [...units.values()].every((rows) => rows.length === 1 || areIndependent(rows)),
      classes: Array.from(this.classes.values(), ({ kinks, beta }) => ({
        kinks,
        weight: signOfBall(beta) ?? null,
      })),
    };
  }
}

function isZero({ value, radius }: Ball): boolean {
  return value === 0 && radius === 0;
}

/** With more dependent kinks than this the abs-normal form is not tried: cells would be too many. */
const mostByForm = 24;

/** What shifts of biases prove whatever the kinks are: a neuron of zeros is on a kink in every sample. */
function shiftedDecisions(sigma: number): Decisions {
  const open: Decision = {
    answer: 'undecided',
    reason: {
      code: 'manyKinks',
      text: `more than ${mostByForm} active kinks, of which some of one unit are dependent`,
    },
  };
  const proof = { kind: 'biasShift' } as const;
  if (Math.abs(sigma) !== 1) {
    return { frechet: open, limiting: open, bouligand: open, clarke: { answer: 'in', proof } };
  }
  const implied: Decision = { answer: 'in', proof: { kind: 'impliedBy', set: 'bouligand' } };
  return { frechet: open, limiting: implied, bouligand: { answer: 'in', proof }, clarke: implied };
}

/** What the answer proves about the gradient of the sweep with σ; undefined if other proofs are needed. */
export function denseDecisions(answer: DenseAnswer, sigma: number): Decisions | undefined {
  const { zeros, isIndependent, classes } = answer;
  if (!zeros.some(({ matters }) => matters)) {
    const decision: Decision = { answer: 'in', proof: { kind: 'differentiable' } };
    return { frechet: decision, limiting: decision, bouligand: decision, clarke: decision };
  }
  if (!isIndependent) {
    const isSmall = zeros.filter(({ matters }) => matters).length <= mostByForm;
    return isSmall ? undefined : shiftedDecisions(sigma);
  }
  const proof: Proof = { kind: 'layers', classes };
  const isVertex = Math.abs(sigma) === 1;
  /** |σβ| ≤ β, or |σβ| = |β|, for every class. */
  const decision = (holds: (weight: number) => boolean): Decision => {
    if (classes.some(({ weight }) => weight !== null && !holds(weight))) {
      return { answer: 'out', proof };
    }
    return classes.some(({ weight }) => weight === null && !(holds(1) && holds(-1)))
      ? { answer: 'undecided', reason: multiplierReason }
      : { answer: 'in', proof };
  };
  return {
    frechet: decision((weight) => weight >= 0),
    limiting: decision((weight) => isVertex || weight >= 0),
    bouligand: decision((weight) => isVertex || weight === 0),
    clarke: decision(() => true),
  };
}

/** `every` of a typed array makes an object of each number. */
function isFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
