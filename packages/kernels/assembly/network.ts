import { Layer, Network } from './generated/structs';

// @ts-ignore: decorator
@inline
export function layerAt(net: Network, k: i32): Layer {
  return changetype<Layer>(net.layers + <usize>k * offsetof<Layer>());
}
