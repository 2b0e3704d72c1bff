import type { FloatArray } from '@nonsmooth/core';
import type { LossName } from '../dense-network.js';

/**
 * A loss of outputs N (samples × width). The gradient is kept in two factors, so that sums of integers stay
 * exact: dL/dN = cotangent·numerator/denominator.
 */
export interface LossValue {
  readonly value: number;
  readonly numerator: number;
  readonly denominator: number;
}

type Loss = (
  outputs: FloatArray,
  targets: FloatArray,
  samples: number,
  width: number,
  cotangent: FloatArray,
) => LossValue;

/** Every loss: writes the cotangent and returns the value with the common factor. */
export const losses: { readonly [Name in LossName]: Loss } = {
  // L = Σ r²/M, r = N − y
  squared(outputs, targets, samples, _width, cotangent) {
    const { sum } = residuals(outputs, targets, cotangent);
    return { value: sum / samples, numerator: 2, denominator: samples };
  },
  // L = √(S/T), S = Σ r², T = Σ y²; dL/dN = r/√(ST); at S = 0 the subgradient 0 of the norm
  relativeL2(outputs, targets, _samples, _width, cotangent) {
    const { sum, targetSum } = residuals(outputs, targets, cotangent);
    return {
      value: Math.sqrt(sum / targetSum),
      numerator: 1,
      denominator: sum === 0 ? 1 : Math.sqrt(sum) * Math.sqrt(targetSum),
    };
  },
  // L = Σ_s (log Σ_j exp N_j − N_class)/M; the cotangent is softmax − e_class
  crossEntropy(outputs, targets, samples, width, cotangent) {
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      const at = s * width;
      const chosen = targets[s]!;
      let largest = -Infinity;
      for (let j = 0; j < width; j++) largest = Math.max(largest, outputs[at + j]!);
      let total = 0;
      for (let j = 0; j < width; j++) total += Math.exp(outputs[at + j]! - largest);
      for (let j = 0; j < width; j++) {
        const share = Math.exp(outputs[at + j]! - largest) / total;
        cotangent[at + j] = share - (j === chosen ? 1 : 0);
      }
      sum += Number.isNaN(chosen) ? chosen : Math.log(total) + largest - outputs[at + chosen]!;
    }
    return { value: sum / samples, numerator: 1, denominator: samples };
  },
};

function residuals(outputs: FloatArray, targets: FloatArray, cotangent: FloatArray) {
  let sum = 0;
  let targetSum = 0;
  for (let i = 0; i < outputs.length; i++) {
    const residual = outputs[i]! - targets[i]!;
    cotangent[i] = residual;
    sum += residual * residual;
    targetSum += targets[i]! * targets[i]!;
  }
  return { sum, targetSum };
}
