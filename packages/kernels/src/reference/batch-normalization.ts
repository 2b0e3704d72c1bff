import { floatArray, type FloatArray } from '../dtype.js';

const epsilon = 1e-5;

/** (x − mean)/√(variance + ε) per column of `inputs` (samples × width), biased variance. */
export function normalizeColumns(inputs: FloatArray, samples: number, width: number): FloatArray {
  const normalized = floatArray(inputs instanceof Float64Array ? 'f64' : 'f32', inputs.length);
  for (let j = 0; j < width; j++) {
    let mean = 0;
    for (let s = 0; s < samples; s++) mean += inputs[s * width + j]!;
    mean /= samples;
    let variance = 0;
    for (let s = 0; s < samples; s++) variance += (inputs[s * width + j]! - mean) ** 2;
    const scale = Math.sqrt(variance / samples + epsilon);
    for (let s = 0; s < samples; s++) {
      normalized[s * width + j] = (inputs[s * width + j]! - mean) / scale;
    }
  }
  return normalized;
}
