import {
  ArgumentError,
  dtypes,
  requireBoolean,
  requireFloatArray,
  requireIndex,
  requireKnownOptions,
  requireNumbers,
  requireObject,
  requireOneOf,
  ShapeError,
  type FloatArray,
  type OptionNames,
} from '@nonsmooth/core';
import { activationParameter } from './activations/resolve.js';
import type { ActivationName } from './activations/activation.js';
import { atKink } from './activations/table.js';
import type { DenseProblem } from './dense-network.js';
import { defaultKinks } from './kinks.js';
import type { LossName } from './losses/loss.js';
import { checkTargets, resolveLoss } from './losses/resolve.js';
import { lossAtKink, losses } from './losses/table.js';
import { targetWidth as widthOfTargets } from './losses/targets.js';
import { requireKinks } from './traits.js';

/** One affine layer: widths and where its weights (row-major width × inputWidth) and biases lie in θ. */
export interface Layer {
  readonly inputWidth: number;
  readonly width: number;
  readonly weights: number;
  readonly biases: number;
}

/** A function of one variable as kernels take it: its parameter, and what chooses its derivative at kinks. */
export interface ScalarChoice<Name> {
  readonly name: Name;
  readonly parameter: number;
  readonly atKink: number;
}

/** What follows from a problem: its functions with every default filled in, and its sizes. */
export interface ProblemShape {
  readonly activation: ScalarChoice<ActivationName>;
  readonly loss: ScalarChoice<LossName>;
  readonly inputWidth: number;
  readonly outputWidth: number;
  /** Numbers per sample in the targets: l_D, or 1 class index. */
  readonly targetWidth: number;
  readonly samples: number;
  readonly layers: readonly Layer[];
  /** d, the length of θ. */
  readonly dimension: number;
}

const problemNames: OptionNames<DenseProblem> = {
  widths: true,
  activation: true,
  loss: true,
  dtype: true,
  batchNormalization: true,
  inputs: true,
  targets: true,
  kinks: true,
};

/**
 * Checks everything about a problem but the finiteness of its numbers, and allocates nothing.
 * @throws ArgumentError for an unknown name or an impossible number, ShapeError for arrays that do not fit.
 */
export function problemShape(problem: DenseProblem): ProblemShape {
  requireKnownOptions('problem', problem, problemNames);
  requireObject('problem', problem);
  const { widths, inputs, targets } = problem;
  requireNumbers('widths', widths);
  requireFloatArray('inputs', inputs);
  requireFloatArray('targets', targets);
  requireBoolean('batchNormalization', problem.batchNormalization);
  if (widths.length < 2 || widths.some((width) => !Number.isSafeInteger(width) || width < 1)) {
    throw new ArgumentError('widths', widths, 'at least two positive integers');
  }
  const kinks = { ...defaultKinks, ...problem.kinks };
  requireKinks(kinks);
  const parameter = activationParameter(problem.activation);
  const { name } = problem.activation;
  const loss = resolveLoss(problem.loss);
  requireOneOf('dtype', problem.dtype, dtypes);

  const inputWidth = widths[0]!;
  const outputWidth = widths.at(-1)!;
  const targetWidth = widthOfTargets(losses[loss.name].targets, outputWidth);
  const samples = rowCount('inputs', inputs, inputWidth);
  if (targets.length !== samples * targetWidth) {
    throw new ShapeError(
      'targets.length',
      targets.length,
      `${samples * targetWidth} (${samples} samples × ${targetWidth})`,
    );
  }
  checkTargets(loss.name, targets, outputWidth);

  let at = problem.batchNormalization ? 2 * inputWidth : 0;
  const layers = widths.slice(1).map((width, k): Layer => {
    const layer = { inputWidth: widths[k]!, width, weights: at, biases: at + width * widths[k]! };
    at = layer.biases + width;
    return layer;
  });
  return {
    activation: { name, parameter, atKink: atKink(name, kinks) },
    loss: { ...loss, atKink: lossAtKink(loss.name, kinks) },
    inputWidth,
    outputWidth,
    targetWidth,
    samples,
    layers,
    dimension: at,
  };
}

/** Number of rows of a row-major array with `width` columns; at least one. */
export function rowCount(argument: string, rows: FloatArray, width: number): number {
  requireFloatArray(argument, rows);
  if (rows.length === 0 || rows.length % width !== 0) {
    throw new ShapeError(`${argument}.length`, rows.length, `a positive multiple of ${width}`);
  }
  return rows.length / width;
}

/** Throws ArgumentError unless the lengths of arrays, and the largest k of products, are integers ≥ 0. */
export function requireLengths(lengths: readonly number[], largestInner: number): void {
  requireNumbers('lengths', lengths);
  for (const [i, length] of lengths.entries()) requireIndex(`lengths[${i}]`, length, Infinity);
  requireIndex('largestInner', largestInner, Infinity);
}
