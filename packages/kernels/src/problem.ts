import { ArgumentError, dtypes, requireOneOf, ShapeError, type FloatArray } from '@nonsmooth/core';
import { activationNames } from './activation.js';
import { lossNames, type DenseProblem } from './dense-network.js';

/** One affine layer: widths and where its weights (row-major width × inputWidth) and biases lie in θ. */
export interface Layer {
  readonly inputWidth: number;
  readonly width: number;
  readonly weights: number;
  readonly biases: number;
}

/** The sizes that follow from a problem. */
export interface ProblemShape {
  readonly inputWidth: number;
  readonly outputWidth: number;
  /** Numbers per sample in the targets: l_D, or 1 class index. */
  readonly targetWidth: number;
  readonly samples: number;
  readonly layers: readonly Layer[];
  /** d, the length of θ. */
  readonly dimension: number;
}

/**
 * Checks everything about a problem but the finiteness of its numbers, and allocates nothing.
 * @throws ArgumentError for an unknown name or an impossible number, ShapeError for arrays that do not fit.
 */
export function problemShape(problem: DenseProblem): ProblemShape {
  const { widths, activation, loss, inputs, targets } = problem;
  if (widths.length < 2 || widths.some((width) => !Number.isSafeInteger(width) || width < 1)) {
    throw new ArgumentError('widths', widths, 'at least two positive integers');
  }
  requireOneOf('activation', activation.name, activationNames);
  if (activation.parameter !== undefined && !Number.isFinite(activation.parameter)) {
    throw new ArgumentError('activation.parameter', activation.parameter, 'a finite number');
  }
  requireOneOf('loss', loss, lossNames);
  requireOneOf('dtype', problem.dtype, dtypes);
  const atZero = problem.reluDerivativeAtZero ?? 0;
  if (!(atZero >= 0 && atZero <= 1)) {
    throw new ArgumentError('reluDerivativeAtZero', atZero, 'a number in [0, 1]');
  }

  const inputWidth = widths[0]!;
  const outputWidth = widths.at(-1)!;
  const targetWidth = loss === 'crossEntropy' ? 1 : outputWidth;
  const samples = rowCount('inputs', inputs, inputWidth);
  if (targets.length !== samples * targetWidth) {
    throw new ShapeError(
      'targets.length',
      targets.length,
      `${samples * targetWidth} (${samples} samples × ${targetWidth})`,
    );
  }
  if (loss === 'crossEntropy') requireClasses(targets, outputWidth);
  if (loss === 'relativeL2' && targets.every((target) => target === 0)) {
    throw new ArgumentError('targets', targets, 'for relativeL2: not all zero');
  }

  let at = problem.batchNormalization ? 2 * inputWidth : 0;
  const layers = widths.slice(1).map((width, k): Layer => {
    const layer = { inputWidth: widths[k]!, width, weights: at, biases: at + width * widths[k]! };
    at = layer.biases + width;
    return layer;
  });
  return { inputWidth, outputWidth, targetWidth, samples, layers, dimension: at };
}

/** Number of rows of a row-major array with `width` columns; at least one. */
export function rowCount(argument: string, rows: FloatArray, width: number): number {
  if (rows.length === 0 || rows.length % width !== 0) {
    throw new ShapeError(`${argument}.length`, rows.length, `a positive multiple of ${width}`);
  }
  return rows.length / width;
}

function requireClasses(targets: FloatArray, classes: number): void {
  for (let s = 0; s < targets.length; s++) {
    const target = targets[s]!;
    // NaN passes: it makes the loss NaN, as a NaN anywhere in the data does.
    if (target < 0 || target >= classes || target % 1 > 0) {
      throw new ArgumentError(`targets[${s}]`, target, `class indices 0 to ${classes - 1}`);
    }
  }
}
