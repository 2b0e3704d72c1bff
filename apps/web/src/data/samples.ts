import { key, uniform } from '@nonsmooth/tensor';
import type { DataKind, Experiment } from '../state/state.js';

/** Samples in the plane or on the line. */
export interface Samples {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

/** What rules are called. */
export const dataNames: { readonly [Kind in DataKind]: string } = {
  line: 'line, y = x',
  sine: 'sine, y = sin(a·x)',
  square: 'parabola, y = x²',
  absolute: 'kink, y = |x|',
  step: 'step, y = sign x',
  constant: 'constant, y = a',
  polynomial: 'polynomial of degree 10',
  xor: 'XOR, four corners',
  moons: 'two moons',
  bump: 'bump in the plane',
  points: 'own points',
};

/**
 * Numbers of data are rounded: inputs to multiples of 2⁻¹⁰, so that products with short weights are exact and a neuron
 * can be put on a sample; sines and exponentials to four digits, which different engines share.
 */
const dyadic = (x: number): number => Math.round(x * 1024) / 1024 + 0;
const decimal = (y: number): number => Math.round(y * 1e4) / 1e4 + 0;

// arXiv 2505.09572: x¹⁰ − 2x⁸ + 2x⁵ + 3x³ − 2x² + 5
const coefficients = [5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1];

const onTheLine: Partial<Record<DataKind, (x: number, level: number) => number>> = {
  line: (x) => x,
  sine: (x, frequency) => decimal(Math.sin(frequency * x)),
  square: (x) => x * x,
  absolute: Math.abs,
  step: Math.sign,
  constant: (_, level) => level,
  polynomial: (x) => coefficients.reduceRight((sum, a) => sum * x + a, 0),
};

/** The samples of an experiment: a pure function of it. */
export function samplesOf({
  data,
  count,
  level,
  widths,
  inputs,
  targets,
}: Pick<Experiment, 'data' | 'count' | 'level' | 'widths' | 'inputs' | 'targets'>): Samples {
  if (data === 'points') return { inputs, targets };
  const rule = onTheLine[data];
  if (rule && widths[0] === 1) {
    const grid = Array.from({ length: count }, (_, i) =>
      count === 1 ? 0 : dyadic(-1 + (2 * i) / (count - 1)),
    );
    return { inputs: grid.map((x) => [x]), targets: grid.map((x) => rule(x, level)) };
  }
  if (data === 'xor') {
    const corners = [0, 1].flatMap((x) => [0, 1].map((y) => [x, y] as const));
    return { inputs: corners, targets: corners.map(([x, y]) => x ^ y) };
  }
  if (data === 'moons') return moons(count);
  const flat = uniform(key(count), [count, 2], { low: -1, high: 1 }).data;
  const rows = Array.from({ length: count }, (_, i) => [
    dyadic(flat[2 * i]!),
    dyadic(flat[2 * i + 1]!),
  ]);
  const height = ([x, y]: readonly number[]): number =>
    data === 'constant' ? level : decimal(Math.exp(-3 * (x! * x! + y! * y!)));
  return { inputs: rows, targets: rows.map(height) };
}

/** Two half circles that reach into each other, with labels 0 and 1. */
function moons(count: number): Samples {
  const inputs = Array.from({ length: count }, (_, i) => {
    const half = Math.ceil(count / 2);
    const angle = (Math.PI * (i % half)) / Math.max(1, half - 1);
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    return i < half ? [dyadic(x - 0.5), dyadic(y - 0.25)] : [dyadic(0.5 - x), dyadic(0.25 - y)];
  });
  return { inputs, targets: inputs.map((_, i) => (i < Math.ceil(count / 2) ? 0 : 1)) };
}
