// Gradients of f32 over many panels: f32 is added over a few panels, their sums in f64, so that the gradient of any
// number of samples keeps its digits.

import { Network } from './generated/structs';
import { layerAt } from './network';
import { finishRelu } from './shallow';

/** Adds the gradient of a group of panels to the wide sums; the first group replaces them. */
export function addGroup(net: Network, first: bool): void {
  for (let i = 0; i < net.dimension; i++) {
    const to = net.wide + (<usize>i << 3);
    const x = <f64>load<f32>(net.gradient + (<usize>i << 2));
    store<f64>(to, first ? x : load<f64>(to) + x);
  }
}

/** The gradient from its wide sums. Those of relu networks are not yet what `finishRelu` makes of them. */
export function finishGroups(net: Network, reluOnly: bool): void {
  const numerator = reluOnly ? 1 : net.numerator;
  const denominator = reluOnly ? 1 : net.denominator;
  for (let i = 0; i < net.dimension; i++) {
    const x = load<f64>(net.wide + (<usize>i << 3));
    store<f32>(net.gradient + (<usize>i << 2), <f32>((x * numerator) / denominator));
  }
  if (!reluOnly) return;
  const output = layerAt(net, 1);
  finishRelu<f32>(net, layerAt(net, 0), output);
  const bias = <f64>load<f32>(output.biasGradient);
  store<f32>(output.biasGradient, <f32>((bias * net.numerator) / net.denominator));
}
