// What the host writes before the first call. Numbers are i32 unless said, addresses are bytes into memory.
// src/wasm/layout.ts writes the same fields in the same order.

import { Accumulation } from './weight-gradient';

@unmanaged
export class Network extends Accumulation {
  /** Slope of leakyRelu, α of ELU. */
  parameter: f64;
  /** relu'(0). */
  kink: f64;
  /** Σ loss and, for relativeL2, Σ y² so far. */
  lossSum: f64;
  targetSum: f64;
  activation: i32;
  loss: i32;
  depth: i32;
  inputWidth: i32;
  targetWidth: i32;
  dimension: i32;
  samples: i32;
  /** Largest number of samples in a panel. */
  capacity: i32;
  normalized: i32;
  layers: usize;
  theta: usize;
  gradient: usize;
  /** samples × inputWidth, row-major. */
  inputs: usize;
  /** samples × targetWidth, row-major. */
  targets: usize;
  indices: usize;
  /** Mean and 1/√(variance + ε) of each input, f64. */
  means: usize;
  scales: usize;
  /** Panels: the inputs as they are given (or normalized), the targets, and two for cotangents. */
  inputPanel: usize;
  targetPanel: usize;
  delta: usize;
  nextDelta: usize;
  outputs: usize;
  /** Four columns of a weight matrix. */
  packed: usize;
  /** What linear-spline.ts needs, if that serves the problem; 0 otherwise. */
  spline: usize;
}

@unmanaged
export class Layer {
  inputWidth: i32;
  width: i32;
  weights: usize;
  biases: usize;
  weightGradient: usize;
  biasGradient: usize;
  /** Panel that the layer acts on. */
  panel: usize;
  /** Panel of zᵏ, where the slopes A'(zᵏ) replace it. */
  affine: usize;
}
