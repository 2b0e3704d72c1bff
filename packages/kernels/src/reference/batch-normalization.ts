import { floatArray, type FloatArray } from '@nonsmooth/core';

const epsilon = 1e-5;

/** Writes mean and √(variance + ε) (biased variance) of each column of `inputs`, samples × width. */
export function columnStatistics(
  inputs: FloatArray,
  samples: number,
  width: number,
  means: Float64Array,
  scales: Float64Array,
): void {
  for (let j = 0; j < width; j++) {
    let mean = 0;
    for (let s = 0; s < samples; s++) mean += inputs[s * width + j]!;
    mean /= samples;
    let variance = 0;
    for (let s = 0; s < samples; s++) variance += (inputs[s * width + j]! - mean) ** 2;
    means[j] = mean;
    scales[j] = Math.sqrt(variance / samples + epsilon);
  }
}

/** (x − mean)/√(variance + ε) per column of `inputs`, samples × width. */
export function normalizeColumns(inputs: FloatArray, samples: number, width: number): FloatArray {
  const means = new Float64Array(width);
  const scales = new Float64Array(width);
  columnStatistics(inputs, samples, width, means, scales);
  const normalized = floatArray(inputs instanceof Float64Array ? 'f64' : 'f32', inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    normalized[i] = (inputs[i]! - means[i % width]!) / scales[i % width]!;
  }
  return normalized;
}
