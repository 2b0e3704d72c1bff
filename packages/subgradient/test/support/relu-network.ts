import {
  add,
  logSumExp,
  matmul,
  mean,
  mul,
  objective,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  trace,
  transpose,
  type Objective,
  type Program,
  type Value,
} from '@nonsmooth/autodiff';
import fc from 'fast-check';

/** A ReLU network and its samples, small enough to be written down. */
export interface Problem {
  readonly widths: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
}

export function layoutOf(widths: readonly number[]) {
  const slices: { name: string; offset: number; shape: number[] }[] = [];
  let offset = 0;
  for (let k = 1; k < widths.length; k++) {
    const [rows, columns] = [widths[k]!, widths[k - 1]!];
    slices.push({ name: `W${k}`, offset, shape: [rows, columns] });
    offset += rows * columns;
    slices.push({ name: `b${k}`, offset, shape: [rows] });
    offset += rows;
  }
  return { slices, dimension: offset };
}

/** The empirical risk (mean over samples of squared errors) by autodiff. */
export function riskOf(problem: Problem): Objective & { readonly program: Program } {
  return riskWith(problem, (a) => mean(sum(square(sub(a, problem.targets)), [1])));
}

/** The mean over samples of log Σ exp N − N_class. */
export function crossEntropyRiskOf(
  problem: Omit<Problem, 'targets'>,
  classes: readonly number[],
): Objective & { readonly program: Program } {
  const width = problem.widths.at(-1)!;
  const chosen = classes.map((c) => Array.from({ length: width }, (_, i) => (i === c ? 1 : 0)));
  return riskWith(problem, (a) => mean(sub(logSumExp(a, [1]), sum(mul(a, chosen), [1]))));
}

function riskWith(
  { widths, inputs }: Omit<Problem, 'targets'>,
  loss: (outputs: Value) => Value,
): Objective & { readonly program: Program } {
  const { slices, dimension } = layoutOf(widths);
  const program = trace(
    (theta) => {
      const parameter = (i: number): Value => {
        const { offset, shape } = slices[i]!;
        return reshape(slice(theta, [offset], [offset + shape.reduce((a, b) => a * b, 1)]), shape);
      };
      let a: Value | readonly (readonly number[])[] = inputs;
      for (let k = 0; k < slices.length / 2; k++) {
        const z = add(matmul(a, transpose(parameter(2 * k))), parameter(2 * k + 1));
        a = 2 * k + 2 < slices.length ? relu(z) : z;
      }
      return loss(a as Value);
    },
    [[dimension]],
  );
  return { ...objective(program, dimension), layout: slices, program };
}

/**
 * The slow twin: loops over samples and neurons, with relu'(0) = `atZero(layer, neuron, sample)`. Gradients of
 * the *sum* over samples, so that integer data give exact integers.
 */
export function backward(
  problem: Problem,
  theta: readonly number[],
  atZero: (layer: number, neuron: number, sample: number) => number,
): { gradient: number[]; preactivations: number[][][] } {
  const { slices, dimension } = layoutOf(problem.widths);
  const depth = slices.length / 2;
  const gradient = new Array<number>(dimension).fill(0);
  const weight = (k: number, i: number, j: number): number =>
    slices[2 * k]!.offset + i * problem.widths[k]! + j;
  const preactivations = problem.inputs.map((input, s) => {
    const z: number[][] = [];
    const a: number[][] = [[...input]];
    for (let k = 0; k < depth; k++) {
      z.push([]);
      for (let i = 0; i < problem.widths[k + 1]!; i++) {
        let value = theta[slices[2 * k + 1]!.offset + i]!;
        a[k]!.forEach((entry, j) => (value += theta[weight(k, i, j)]! * entry));
        z[k]!.push(value);
      }
      a.push(k + 1 < depth ? z[k]!.map((value) => Math.max(value, 0)) : z[k]!);
    }
    let cotangent = a[depth]!.map((value, i) => 2 * (value - problem.targets[s]![i]!));
    for (let k = depth - 1; k >= 0; k--) {
      const below = a[k]!.map(() => 0);
      cotangent.forEach((c, i) => {
        gradient[slices[2 * k + 1]!.offset + i]! += c;
        a[k]!.forEach((entry, j) => {
          gradient[weight(k, i, j)]! += c * entry;
          below[j]! += c * theta[weight(k, i, j)]!;
        });
      });
      if (k > 0) {
        cotangent = below.map((c, j) => {
          const value = z[k - 1]![j]!;
          return value === 0 ? c * atZero(k - 1, j, s) : value > 0 ? c : 0;
        });
      }
    }
    return z.slice(0, -1);
  });
  return { gradient, preactivations };
}

/** Small integer networks with 1, 2 or 4 samples (so that the mean is exact) and integer parameters. */
export const integerCase: fc.Arbitrary<{ problem: Problem; theta: number[] }> = fc
  .record({
    hidden: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    inputs: fc.integer({ min: 1, max: 2 }),
    samples: fc.constantFrom(1, 2, 4),
  })
  .chain(({ hidden, inputs, samples }) => {
    const widths = [inputs, ...hidden, 1];
    const integer = fc.integer({ min: -2, max: 2 });
    const matrix = (columns: number) =>
      fc.array(fc.array(integer, { minLength: columns, maxLength: columns }), {
        minLength: samples,
        maxLength: samples,
      });
    const { dimension } = layoutOf(widths);
    return fc.record({
      problem: fc.record({
        widths: fc.constant(widths),
        inputs: matrix(inputs),
        targets: matrix(1),
      }),
      theta: fc.array(integer, { minLength: dimension, maxLength: dimension }),
    });
  });
