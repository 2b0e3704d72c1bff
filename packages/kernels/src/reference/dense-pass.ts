import { floatArray, type Dtype, type FloatArray } from '@nonsmooth/core';
import type { Layer, ProblemShape } from '../problem.js';
import type { ScalarFunction } from '../activations/scalar-functions.js';

/** What the forward pass leaves behind. `inputs[k]` is what layer k acts on, samples × its input width. */
export interface ForwardPass {
  readonly inputs: readonly FloatArray[];
  /** z¹, …, z^D: pre-activations and, last, the outputs. */
  readonly affine: readonly FloatArray[];
}

/** x·Wᵀ + b for rows x. */
function applyLayer(
  layer: Layer,
  theta: FloatArray,
  x: FloatArray,
  samples: number,
  dtype: Dtype,
): FloatArray {
  const { inputWidth, width, weights, biases } = layer;
  const z = floatArray(dtype, samples * width);
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < width; i++) {
      let sum = theta[biases + i]!;
      for (let j = 0; j < inputWidth; j++) {
        sum += theta[weights + i * inputWidth + j]! * x[s * inputWidth + j]!;
      }
      z[s * width + i] = sum;
    }
  }
  return z;
}

/** z¹ = W¹x + b¹, zᵏ⁺¹ = Wᵏ⁺¹A(zᵏ) + bᵏ⁺¹. */
export function forward(
  shape: ProblemShape,
  activation: ScalarFunction,
  theta: FloatArray,
  x: FloatArray,
  samples: number,
  dtype: Dtype,
): ForwardPass {
  const inputs = [x];
  const affine: FloatArray[] = [];
  shape.layers.forEach((layer, k) => {
    const z = applyLayer(layer, theta, inputs[k]!, samples, dtype);
    affine.push(z);
    if (k + 1 < shape.layers.length) inputs.push(z.map((value) => activation.value(value)));
  });
  return { inputs, affine };
}

/**
 * Adds Σ_s cotangentᵀ·∂N/∂θ to `gradient` and returns the cotangent of the input, samples × l₀.
 * `cotangent` is that of the outputs.
 */
export function backward(
  shape: ProblemShape,
  activation: ScalarFunction,
  theta: FloatArray,
  pass: ForwardPass,
  samples: number,
  cotangent: FloatArray,
  gradient: Float64Array,
  dtype: Dtype,
): FloatArray {
  let delta = cotangent;
  for (let k = shape.layers.length - 1; k >= 0; k--) {
    const { inputWidth, width, weights, biases } = shape.layers[k]!;
    const x = pass.inputs[k]!;
    const below = floatArray(dtype, samples * inputWidth);
    for (let s = 0; s < samples; s++) {
      for (let i = 0; i < width; i++) {
        const d = delta[s * width + i]!;
        gradient[biases + i]! += d;
        for (let j = 0; j < inputWidth; j++) {
          gradient[weights + i * inputWidth + j]! += d * x[s * inputWidth + j]!;
          below[s * inputWidth + j]! += d * theta[weights + i * inputWidth + j]!;
        }
      }
    }
    if (k > 0) {
      const z = pass.affine[k - 1]!;
      for (let i = 0; i < below.length; i++) below[i]! *= activation.derivative(z[i]!);
    }
    delta = below;
  }
  return delta;
}
