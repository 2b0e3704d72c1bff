import type { DenseProblem } from '../dense-network.js';
import type { ProblemShape } from '../problem.js';
import { isPiecewiseLinear } from '../activations/activation.js';
import { activations } from '../activations/table.js';
import { losses } from '../losses/table.js';
import { elementBytes, type Arena } from './arena.js';
import { keyBytes, pairBytes } from './generated/constants.js';
import { splineBytes, writeSpline } from './generated/structs.js';
import type { Memory } from './webassembly.js';

/** From so many samples on, segments beat panels. */
const fewestSamples = 16;

const largestSlope = 1000;

/**
 * Whether a problem has one hidden layer between scalar input and output and a loss of which sums over samples are
 * moments.
 */
export function isShallow(problem: DenseProblem, { loss }: ProblemShape): boolean {
  const { widths, batchNormalization } = problem;
  return (
    widths.length === 3 &&
    widths[0] === 1 &&
    widths[2] === 1 &&
    !batchNormalization &&
    losses[loss.name].quadratic
  );
}

/**
 * The slope left of 0 of an activation that is linear left of 0 and the identity right of it, with the left
 * derivative at 0; undefined for others.
 */
function slopeOfInactive({ activation: { name, parameter, atKink } }: ProblemShape) {
  const { homogeneous, kinks } = activations[name];
  const [kink] = kinks(parameter);
  const serves = isPiecewiseLinear(name) && homogeneous && kink?.right === 1 && atKink === 0;
  return serves && Math.abs(kink.left) <= largestSlope ? kink.left : undefined;
}

/** Whether assembly/linear-spline.ts serves a problem when all samples are asked for. */
export function isLinearSpline(problem: DenseProblem, shape: ProblemShape): boolean {
  return (
    isShallow(problem, shape) &&
    slopeOfInactive(shape) !== undefined &&
    shape.samples >= fewestSamples
  );
}

/** Bytes behind the data that a vector may read. */
const margin = 16;

/** Reserves a copy of the data and 88 bytes per neuron; `describe` writes the descriptor, a Spline. */
export function laySplineOut(
  problem: DenseProblem,
  shape: ProblemShape,
  arena: Arena,
): { readonly address: number; describe(memory: Memory): void } {
  const { samples, layers } = shape;
  const bytes = samples * elementBytes[problem.dtype] + margin;
  const hidden = layers[0]!.width;
  const address = arena.reserve(splineBytes);
  const pairs = (): number => arena.reserve((hidden + 1) * pairBytes);
  const addresses = {
    inputs: arena.reserve(bytes),
    targets: arena.reserve(bytes),
    breakpoints: arena.reserve(hidden * keyBytes),
    later: pairs(),
    behind: pairs(),
    sums: pairs(),
    sumsUpTo: pairs(),
    neuronSums: pairs(),
  };
  return {
    address,
    describe(memory) {
      writeSpline(memory, address, { inactiveSlope: slopeOfInactive(shape)!, ...addresses });
    },
  };
}
