import { floatArray, type Dtype, type FloatArray } from '@nonsmooth/core';
import type { Layer, ProblemShape } from '../problem.js';
import type { ScalarFunction } from '../activations/scalar-functions.js';
import type { ForwardPass } from './dense-pass.js';

/**
 * Adds Σ_s of the derivative along `vector` of cotangentᵀ·∂N/∂θ to `out` (forward over reverse: Pearlmutter, 1994).
 * `firstTangent` is the derivative of what the first layer acts on, `tangentOf` that of the cotangent given that of
 * the outputs. Returns the derivative of the cotangent of the first layer's inputs.
 */
export function hessianVector(
  shape: ProblemShape,
  activation: ScalarFunction,
  theta: FloatArray,
  vector: FloatArray,
  pass: ForwardPass,
  samples: number,
  firstTangent: FloatArray,
  cotangent: FloatArray,
  tangentOf: (outputTangent: FloatArray) => FloatArray,
  out: Float64Array,
  dtype: Dtype,
): FloatArray {
  // R zᵏ = V a + W R a + c, R a = A'(z) R z
  const inputTangents = [firstTangent];
  const affineTangents = shape.layers.map((layer, k) => {
    const tangent = floatArray(dtype, samples * layer.width);
    addProduct(layer, vector, pass.inputs[k]!, samples, tangent, true);
    addProduct(layer, theta, inputTangents[k]!, samples, tangent, false);
    const z = pass.affine[k]!;
    inputTangents.push(tangent.map((t, i) => t * activation.derivative(z[i]!)));
    return tangent;
  });

  let delta = cotangent;
  let deltaTangent = tangentOf(affineTangents.at(-1)!);
  for (let k = shape.layers.length - 1; k >= 0; k--) {
    const { inputWidth, width, weights, biases } = shape.layers[k]!;
    const x = pass.inputs[k]!;
    const xTangent = inputTangents[k]!;
    const below = floatArray(dtype, samples * inputWidth);
    const belowTangent = floatArray(dtype, samples * inputWidth);
    for (let s = 0; s < samples; s++) {
      for (let i = 0; i < width; i++) {
        const d = delta[s * width + i]!;
        const t = deltaTangent[s * width + i]!;
        out[biases + i]! += t;
        for (let j = 0; j < inputWidth; j++) {
          const w = weights + i * inputWidth + j;
          const at = s * inputWidth + j;
          out[w]! += t * x[at]! + d * xTangent[at]!;
          below[at]! += d * theta[w]!;
          belowTangent[at]! += t * theta[w]! + d * vector[w]!;
        }
      }
    }
    if (k > 0) {
      const z = pass.affine[k - 1]!;
      const zTangent = affineTangents[k - 1]!;
      for (let i = 0; i < below.length; i++) {
        const slope = activation.derivative(z[i]!);
        const bend = activation.secondDerivative(z[i]!) * zTangent[i]!;
        belowTangent[i] = belowTangent[i]! * slope + below[i]! * bend;
        below[i]! *= slope;
      }
    }
    delta = below;
    deltaTangent = belowTangent;
  }
  return deltaTangent;
}

/** z += W·x for rows x, and + b if `withBias`. */
function addProduct(
  { inputWidth, width, weights, biases }: Layer,
  theta: FloatArray,
  x: FloatArray,
  samples: number,
  z: FloatArray,
  withBias: boolean,
): void {
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < width; i++) {
      let sum = withBias ? theta[biases + i]! : 0;
      for (let j = 0; j < inputWidth; j++) {
        sum += theta[weights + i * inputWidth + j]! * x[s * inputWidth + j]!;
      }
      z[s * width + i]! += sum;
    }
  }
}
