import { risk } from './dense-network';
import { Descent, Network } from './generated/structs';
import { drawBatch } from './random';
import { update } from './update-rules';

/** Does `steps` steps; returns the loss on the last batch before its update. */
export function descend<T>(net: Network, state: Descent, steps: i32, learningRate: f64): f64 {
  let loss: f64 = NaN;
  for (let n = 0; n < steps; n++) {
    if (state.batch) {
      drawBatch(state.key0, state.key1, state.steps, net.samples, net.indices, state.batch);
      loss = risk<T>(net, state.batch, net.indices, true);
    } else {
      loss = risk<T>(net, net.samples, 0, true);
    }
    state.steps += 1;
    update<T>(state, learningRate);
  }
  return loss;
}
