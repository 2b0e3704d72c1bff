// What the host writes before the first call. Numbers are i32 unless said, addresses are bytes into memory.

import { Accumulation } from './weight-gradient';

@unmanaged
export class Network extends Accumulation {
  /** Of the activation: slope of leakyRelu, α of ELU. */
  parameter: f64;
  /** What chooses A' at kinks. */
  kink: f64;
  lossParameter: f64;
  lossKink: f64;
  /** Σ loss and, for relative losses, Σ y² so far. */
  lossSum: f64;
  targetSum: f64;
  /** Powers of two that the residuals and targets of relative losses are divided by before they are squared. */
  unit: f64;
  targetUnit: f64;
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
  /** d numbers in f64 where f32 are summed over many panels; 0 otherwise. */
  wide: usize;
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

// @ts-ignore: decorator
@inline
export function layerAt(net: Network, k: i32): Layer {
  return changetype<Layer>(net.layers + <usize>k * offsetof<Layer>());
}
