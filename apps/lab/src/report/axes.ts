import { courseOf } from '../course.js';
import type { ColumnName, Study } from '../study.js';
import type { ScaleName } from './choices.js';

type Title = readonly [title: string, label: string];

/** What the recorded columns are called, and the label of their axis with what they are measured in. */
const titles: Readonly<Record<Exclude<ColumnName, 'loss' | 'testLoss'>, Title>> = {
  batchLoss: ['Risk on the last batch', 'of its samples, before the step'],
  speed: ['Speed', '‖∇L(θ)‖'],
  norm: ['Norm of the parameters', '‖θ‖, Euclidean'],
  gradientNorm: ['Norm of the gradient', '‖∇L(θ)‖ of all samples'],
  accuracy: ['Accuracy', 'fraction of samples'],
  lyapunov: ['Lyapunov function', 'V(θ)'],
  invariantsDrift: ['Drift of the invariants', 'largest difference from the start'],
  activeNeurons: ['Active neurons', 'count'],
  kinkEvents: ['Events at kinks', 'count so far'],
  energyResidual: ['Residual of the energy identity', 'L(Θ_t) − L(Θ_0) + ∫‖Θ′‖²'],
  hitKinks: ['Steps that begin at a kink', 'count so far'],
  epsilon: ['Width of the approximation', 'ε'],
  gradientError: ['Distance to the limit of gradients', '‖∇L_ε(θ) − G(θ)‖, maximum'],
};

const lossUnits: Readonly<Record<string, string>> = {
  squared: 'squared error, mean of samples',
  relativeL2: 'relative L² error',
  crossEntropy: 'cross-entropy in nats, mean of samples',
};

/** What a column is, and the label of its axis with its unit. */
export function titleOf(column: string, study: Study): Title {
  if (column === 't') return ['Time', timeTitle(study)];
  if (column === 'loss' || column === 'testLoss') {
    const name = typeof study.loss === 'string' ? study.loss : study.loss.name;
    const unit = study.risk === 'population' ? 'exact integral' : (lossUnits[name] ?? name);
    return column === 'loss' ? ['Risk', `L(θ): ${unit}`] : ['Test risk', `L(θ): ${unit}`];
  }
  return titles[column as keyof typeof titles];
}

/** Whether a column counts something: between two whole numbers there is nothing to mark. */
export function isCount(column: string): boolean {
  return /^count\b/.test(titles[column as keyof typeof titles]?.[1] ?? '');
}

/** Steps of descents, time of flows. */
export function timeTitle({ dynamics }: Study): string {
  return courseOf(dynamics) === 'flow' ? 'time t of the flow' : 'steps';
}

/** An axis that is ready to be drawn. */
export interface Axis {
  readonly type: 'linear' | 'log';
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** Spread beyond which values are drawn on a logarithmic axis. */
const wide = 30;

/** Spread beyond which zeros are left out of a logarithmic axis. */
const decaying = 1e3;

/**
 * The axis for values: from the lowest to the highest, or, if `isClipped`, without those far beyond the others; linear ticks
 * are at least `leastStep` apart.
 */
export function axisFor(
  typical: readonly number[],
  wanted: ScaleName,
  isClipped: boolean,
  leastStep = 0,
): Axis {
  const finite = typical.filter(Number.isFinite).sort((a, b) => a - b);
  const positive = finite.filter((x) => x > 0);
  const spread = positive.length > 0 ? positive.at(-1)! / positive[0]! : 1;
  const without = finite.length - positive.length;
  // zeros beside values of many sizes are the end of a decay
  const isPositive =
    positive.length > 0 &&
    (without <= 0.02 * finite.length || (finite[0] === 0 && spread > decaying));
  if (wanted === 'log' ? positive.length > 0 : wanted === 'auto' && isPositive && spread > wide) {
    const [low, high] = reach(positive.map(Math.log10), isClipped ? 2 : Infinity, 1);
    return logarithmic(10 ** low, 10 ** high);
  }
  return linear(...reach(finite, isClipped ? 4 : Infinity, 0), leastStep);
}

/** From the lowest to the highest, but no further beyond the middle nine tenths than `factor` times their width. */
function reach(sorted: readonly number[], factor: number, least: number): [number, number] {
  if (sorted.length === 0) return [0, 1];
  const at = (u: number): number => sorted[Math.round(u * (sorted.length - 1))]!;
  const [low, high] = [at(0.05), at(0.95)];
  const beyond = factor * Math.max(high - low, least);
  return [
    Math.max(sorted[0]!, low - (beyond || Infinity)),
    Math.min(sorted.at(-1)!, high + (beyond || Infinity)),
  ];
}

function logarithmic(low: number, high: number): Axis {
  if (!(high > low * (1 + 1e-9))) return logarithmic(low / 2, high * 2);
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const within = (x: number): boolean => x >= low * 0.999 && x <= high * 1.001;
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const every = Math.ceil(powers.length / 7);
  let ticks = powers
    .filter((k) => k % every === 0)
    .map((k) => Number(`1e${k}`))
    .filter(within);
  let format: (x: number) => string = (x) => powerOfTen(Math.round(Math.log10(x)));
  if (ticks.length < 2) {
    ticks = powers.flatMap((k) => [1, 2, 5].map((m) => Number(`${m}e${k}`))).filter(within);
    format = compact;
    if (ticks.length < 2) ticks = [low, high];
  }
  return { type: 'log', domain: [low, high], ticks, format };
}

function linear(low: number, high: number, leastStep = 0): Axis {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // equal but for rounding
  if (!(high - low > 1e-9 * Math.max(size, 1e-280))) {
    if (size < 1e-280) return linear(0, 1, leastStep);
    const margin = size / 2;
    return linear(low - margin, high + margin, leastStep);
  }
  const step = Math.max(leastStep, roundStep((high - low) / 5));
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const format = (x: number): string =>
    size >= 1e5 || size < 1e-3 ? compact(x) : minus(x.toFixed(digits));
  return { type: 'linear', domain: [first * step, last * step], ticks, format };
}

/** 1, 2 or 5 times a power of ten, at least `width`. */
function roundStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= width * 0.999)!;
}

/** 10⁻³ */
function powerOfTen(exponent: number): string {
  if (exponent === 0) return '1';
  if (exponent === 1) return '10';
  return `10${String(exponent).replaceAll(/[-\d]/g, (digit) => superscripts[digit]!)}`;
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

/** Few characters, three digits: 0.25, 1200, 2·10⁵. */
export function compact(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x > 0 ? '∞' : '−∞';
  const size = Math.abs(x);
  if (x === 0) return '0';
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = x.toExponential(2).split('e') as [string, string];
    const short = String(Number(mantissa));
    const power = powerOfTen(Number(exponent));
    return short === '1' ? power : `${minus(short)}·${power}`;
  }
  return minus(String(Number(x.toPrecision(3))));
}

const minus = (text: string): string => text.replace('-', '−');
