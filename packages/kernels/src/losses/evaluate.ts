import type { FloatArray } from '@nonsmooth/core';
import type { LossName } from './loss.js';
import type { RowLoss } from './row-loss.js';
import { losses } from './table.js';
import { targetWidth } from './targets.js';

/**
 * A risk of outputs N (samples × width). The gradient is kept in two factors, so that sums of integers stay
 * exact: dL/dN = cotangent·numerator/denominator.
 */
export interface LossValue {
  readonly value: number;
  readonly numerator: number;
  readonly denominator: number;
  /** What the cotangents were divided by, a power of two: 1 unless squares would overflow or underflow. */
  readonly unit: number;
}

/** Writes the cotangents and returns the risk with their common factor. */
export function evaluateLoss(
  name: LossName,
  loss: RowLoss,
  outputs: FloatArray,
  targets: FloatArray,
  samples: number,
  width: number,
  cotangent: FloatArray,
): LossValue {
  const { targets: kind, relative, numerator } = losses[name];
  const perSample = targetWidth(kind, width);
  let sum = 0;
  for (let s = 0; s < samples; s++) {
    sum = loss.evaluate(
      outputs.subarray(s * width, (s + 1) * width),
      targets.subarray(s * perSample, (s + 1) * perSample),
      cotangent.subarray(s * width, (s + 1) * width),
      sum,
    );
  }
  return relative
    ? relativeLoss(sum, targets, cotangent)
    : { value: sum / samples, numerator, denominator: samples, unit: 1 };
}

/** √(S/T) with S = Σ r². */
function relativeLoss(sum: number, targets: FloatArray, residuals: FloatArray): LossValue {
  const targetSum = sumOfSquares(targets, 1);
  if (isModerate(sum) && isModerate(targetSum)) {
    return {
      value: Math.sqrt(sum / targetSum),
      numerator: 1,
      denominator: Math.sqrt(sum) * Math.sqrt(targetSum),
      unit: 1,
    };
  }
  const unit = powerOfTwoBelow(residuals);
  const targetUnit = powerOfTwoBelow(targets);
  const scaledSum = sumOfSquares(residuals, unit);
  const scaledTargetSum = sumOfSquares(targets, targetUnit);
  for (let i = 0; i < residuals.length; i++) residuals[i]! /= unit;
  return {
    value: Math.sqrt(scaledSum / scaledTargetSum) * (unit / targetUnit),
    numerator: 1,
    // at S = 0 every residual is 0, and with them the gradient
    denominator:
      scaledSum === 0 ? 1 : Math.sqrt(scaledSum) * Math.sqrt(scaledTargetSum) * targetUnit,
    unit,
  };
}

/** Whether a sum of squares lost nothing to overflow or underflow. */
function isModerate(sum: number): boolean {
  return sum > 2 ** -900 && sum < 2 ** 1000;
}

function sumOfSquares(values: FloatArray, unit: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]! / unit;
    sum += x * x;
  }
  return sum;
}

/** The largest power of two up to the largest |value|; 1 if that is 0 or not finite. */
function powerOfTwoBelow(values: FloatArray): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (!(largest > 0 && largest < Infinity)) return 1;
  let power = 1;
  while (power > largest) power /= 2;
  while (largest / power >= 2) power *= 2;
  return power;
}
