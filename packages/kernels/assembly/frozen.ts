// Networks with the slopes of their activations given, A(z) = slope·z on each sample, instead of decided by z.

import { Network } from './generated/structs';
import { layerAt } from './network';
import { VECTOR } from './simd';

/** Whether slopes are given. */
// @ts-ignore: decorator
@inline
export function isFrozen(net: Network): bool {
  return layerAt(net, 0).frozen != 0;
}

/** out ← slope·z and z ← slope, for `rows` neurons on the samples of the panel at hand. */
export function freeze<T>(
  net: Network,
  out: usize,
  z: usize,
  slopes: usize,
  stride: usize,
  rows: i32,
  columns: usize,
): void {
  slopes += <usize>net.sample * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < columns; c += VECTOR) {
      const slope = v128.load(slopes + c);
      v128.store(out + c, v128.mul<T>(slope, v128.load(z + c)));
      v128.store(z + c, slope);
    }
    out += stride;
    z += stride;
    slopes += net.frozenStride;
  }
}
