// What the host writes for second derivatives, as src/wasm/second-order.ts does: numbers are f64 or i32.

import { Network } from './network';
import { Accumulation } from './weight-gradient';

@unmanaged
export class SecondOrder extends Accumulation {
  /** Sums that the host needs: Σ loss, Σ y², Σ r·R N. */
  lossSum: f64;
  targetSum: f64;
  alongResiduals: f64;
  net: Network;
  samples: i32;
  layers: usize;
  /** γ and β of the vector. */
  gamma: usize;
  beta: usize;
  /** Panels as wide as the widest layer. */
  tangent: usize;
  nextTangent: usize;
  scratch: usize;
  /** For a shallow network: five sums per neuron; 0 otherwise. */
  moments: usize;
  /** For its dense Hessian: rows of J, and d × d numbers. */
  features: usize;
  hessian: usize;
  /** Set by `prepare`: whether the sums of a relative loss lost nothing to overflow or underflow. */
  keepsDigits: i32;
}

@unmanaged
export class SecondOrderLayer {
  /** V and c: the vector's part of this layer. */
  weights: usize;
  biases: usize;
  /** R of what the layer acts on; 0 for a first layer that acts on the data. */
  panelTangent: usize;
  /** R zᵏ. */
  affineTangent: usize;
  /** Cotangent of zᵏ. */
  delta: usize;
  /** Cotangent of A(zᵏ) times A''(zᵏ); for the last layer what `lossTangent` needs. */
  bend: usize;
}

// @ts-ignore: decorator
@inline
export function secondAt(state: SecondOrder, k: i32): SecondOrderLayer {
  return changetype<SecondOrderLayer>(
    state.layers + <usize>k * offsetof<SecondOrderLayer>(),
  );
}
