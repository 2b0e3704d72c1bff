import fc from 'fast-check';
import {
  activationNames,
  losses,
  lossNames,
  targetWidth,
  type DenseProblem,
  type Dtype,
  type FloatArray,
  type TargetKind,
} from '@nonsmooth/kernels';

/** Reproducible numbers in (−1, 1), well spread. */
export function numbers(dtype: Dtype, seed: number, length: number, scale = 1): FloatArray {
  const values = dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = ((state >>> 8) / 8388608 - 1) * scale;
  }
  return values;
}

export interface RandomProblem {
  readonly problem: DenseProblem;
  readonly theta: FloatArray;
  readonly seed: number;
}

const width = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: 10, max: 37 }) },
);

/** Problems of odd shapes: widths and batches of 1, and numbers of samples around multiples of the panels. */
export const randomProblems: fc.Arbitrary<RandomProblem> = fc
  .record({
    widths: fc.oneof(
      { weight: 3, arbitrary: fc.array(width, { minLength: 2, maxLength: 5 }) },
      { weight: 1, arbitrary: width.map((hidden) => [1, hidden, 1]) },
    ),
    samples: fc.oneof(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(63, 64, 65, 127, 128, 129, 256, 257, 300),
    ),
    activation: fc.constantFrom(...activationNames),
    loss: fc.constantFrom(...lossNames),
    dtype: fc.constantFrom<Dtype>('f64', 'f32'),
    batchNormalization: fc.boolean(),
    kinks: fc.constantFrom(0, 0.5, 1).map((relu) => ({ relu })),
    seed: fc.nat(1e6),
  })
  .map(({ widths, samples, activation, loss, seed, ...rest }) => {
    const { dtype, batchNormalization } = rest;
    const outputs = widths.at(-1)!;
    const dimension = widths
      .slice(1)
      .reduce((d, l, k) => d + l * (widths[k]! + 1), batchNormalization ? 2 * widths[0]! : 0);
    const targets = randomTargets(losses[loss].targets, dtype, seed + 2, samples, outputs);
    const problem: DenseProblem = {
      ...rest,
      widths,
      activation: { name: activation },
      loss,
      inputs: numbers(dtype, seed + 1, samples * widths[0]!, 2),
      targets,
    };
    return { problem, theta: numbers(dtype, seed, dimension), seed };
  });

/** Reproducible targets of a kind, as a loss takes them. */
export function randomTargets(
  kind: TargetKind,
  dtype: Dtype,
  seed: number,
  samples: number,
  outputs: number,
): FloatArray {
  const targets = numbers(dtype, seed, samples * targetWidth(kind, outputs));
  if (kind === 'classes') return targets.map((t) => Math.floor(((t + 1) / 2) * outputs));
  return kind === 'probabilities' ? targets.map((t) => (t + 1) / 2) : targets;
}

/** Largest |a − b| in units of the largest |b|. */
export function relativeDistance(a: FloatArray, b: FloatArray): number {
  let error = 0;
  let size = Number.MIN_VALUE;
  for (let i = 0; i < b.length; i++) {
    error = Math.max(error, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
    if (Number.isNaN(a[i]!) !== Number.isNaN(b[i]!)) return Infinity;
  }
  return error / size;
}
