import type { FloatArray } from '@nonsmooth/core';

/** A loss of the outputs of one sample. */
export interface RowLoss {
  /** Of which loss of single outputs it is the sum; undefined if it is of all outputs together. */
  readonly entry?: EntryLoss;
  /** Writes the cotangent, ∂/∂outputs without the loss's common factor, and returns `sum` plus the loss. */
  evaluate(outputs: FloatArray, targets: FloatArray, cotangent: FloatArray, sum: number): number;
  /** Writes the derivative of the cotangent along a change of the outputs. */
  differentiate(
    outputs: FloatArray,
    targets: FloatArray,
    tangent: FloatArray,
    cotangentTangent: FloatArray,
  ): void;
}

/** A loss of one output and its target: what is summed, ∂/∂output without the common factor, and ∂²/∂output². */
export interface EntryLoss {
  readonly value: (output: number, target: number) => number;
  readonly derivative: (output: number, target: number) => number;
  readonly secondDerivative: (output: number, target: number) => number;
}

/** The sum of a loss over the outputs. */
export function entrywise(entry: EntryLoss): RowLoss {
  const { value, derivative, secondDerivative } = entry;
  return {
    entry,
    evaluate(outputs, targets, cotangent, sum) {
      for (let i = 0; i < outputs.length; i++) {
        cotangent[i] = derivative(outputs[i]!, targets[i]!);
        sum += value(outputs[i]!, targets[i]!);
      }
      return sum;
    },
    differentiate(outputs, targets, tangent, out) {
      for (let i = 0; i < outputs.length; i++) {
        out[i] = secondDerivative(outputs[i]!, targets[i]!) * tangent[i]!;
      }
    },
  };
}

/**
 * −log softmax(outputs)_class; the cotangent is p − e_class, p = softmax. What the other classes have is summed
 * without the sample's own, so that a loss and a cotangent close to 0 keep their digits.
 */
export const softmaxLoss: RowLoss = {
  evaluate(outputs, targets, cotangent, sum) {
    const chosen = targets[0]!;
    const { shares, total, largest } = softmax(outputs);
    let others = 0;
    for (let j = 0; j < outputs.length; j++) if (j !== chosen) others += shares[j]!;
    for (let j = 0; j < outputs.length; j++) {
      cotangent[j] = (j === chosen ? -others : shares[j]!) / total;
    }
    if (Number.isNaN(chosen)) return chosen;
    const own = shares[chosen]!;
    return (
      sum + (own > 1e-6 ? Math.log1p(others / own) : Math.log(total) - (outputs[chosen]! - largest))
    );
  },
  /**
   * R p_i = p_i(R N_i − Σ_j p_j R N_j), with differences to the output m of the largest share: of
   * R N_i − R N_m − Σ_{j≠m} p_j(R N_j − R N_m) nothing cancels where p_m is nearly 1.
   */
  differentiate(outputs, _targets, tangent, out) {
    const { shares, total, likeliest } = softmax(outputs);
    const base = tangent[likeliest]!;
    let mean = 0;
    for (let j = 0; j < outputs.length; j++) mean += (shares[j]! / total) * (tangent[j]! - base);
    for (let j = 0; j < outputs.length; j++) {
      out[j] = (shares[j]! / total) * (tangent[j]! - base - mean);
    }
  },
};

/** Shares e^(N_j − max N), their sum, and where the largest is. */
function softmax(outputs: FloatArray): {
  readonly shares: Float64Array;
  readonly total: number;
  readonly largest: number;
  readonly likeliest: number;
} {
  let likeliest = 0;
  for (let j = 1; j < outputs.length; j++) {
    if (outputs[j]! > outputs[likeliest]!) likeliest = j;
  }
  const largest = outputs[likeliest]!;
  const shares = Float64Array.from(outputs, (x) => Math.exp(x - largest));
  return { shares, total: shares.reduce((a, b) => a + b, 0), largest, likeliest };
}
