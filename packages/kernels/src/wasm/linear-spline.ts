import type { DenseProblem } from '../dense-network.js';
import type { ProblemShape } from '../problem.js';
import { activationParameter } from '../reference/activations.js';
import { elementBytes, type Arena } from './arena.js';
import type { Memory } from './webassembly.js';

/** From so many samples on, segments beat panels. */
const fewestSamples = 16;

const largestSlope = 1000;

/**
 * Whether assembly/linear-spline.ts serves a problem when all samples are asked for: one hidden layer between scalar
 * input and output, relu or leakyRelu with the left derivative at 0.
 */
export function isLinearSpline(problem: DenseProblem, shape: ProblemShape): boolean {
  const { widths, activation, loss, batchNormalization, reluDerivativeAtZero = 0 } = problem;
  return (
    widths.length === 3 &&
    widths[0] === 1 &&
    widths[2] === 1 &&
    (activation.name === 'relu' || activation.name === 'leakyRelu') &&
    Math.abs(activationParameter(activation)) <= largestSlope &&
    reluDerivativeAtZero === 0 &&
    !batchNormalization &&
    loss !== 'crossEntropy' &&
    shape.samples >= fewestSamples
  );
}

const splineBytes = 48;
const keyBytes = 8;
/** Bytes of a pair of numbers, which are f64 in both dtypes. */
export const pairBytes = 16;
/** Bytes behind the data that a vector may read. */
const margin = 16;

/** Reserves a copy of the data and 88 bytes per neuron; `describe` writes the descriptor, class Spline. */
export function laySplineOut(
  problem: DenseProblem,
  { samples, layers }: ProblemShape,
  arena: Arena,
): { readonly address: number; describe(memory: Memory): void } {
  const bytes = samples * elementBytes[problem.dtype] + margin;
  const hidden = layers[0]!.width;
  const address = arena.reserve(splineBytes);
  const fields = [
    arena.reserve(bytes),
    arena.reserve(bytes),
    arena.reserve(hidden * keyBytes),
    ...Array.from({ length: 5 }, () => arena.reserve((hidden + 1) * pairBytes)),
  ];
  return {
    address,
    describe: (memory) => new Uint32Array(memory.buffer, address + 12, fields.length).set(fields),
  };
}
