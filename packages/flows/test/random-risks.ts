import { descend, sgd } from '@nonsmooth/flows';
import type { LossName } from '@nonsmooth/kernels';
import { empiricalRisk, network, type EmpiricalRisk } from '@nonsmooth/nets';
import { foldIn, integers, key, normal, tensor, type Tensor } from '@nonsmooth/tensor';

/** A risk with kinks, and where a flow of it starts. */
export interface RandomRisk {
  readonly name: string;
  readonly risk: EmpiricalRisk;
  readonly start: Float64Array;
}

const losses: readonly LossName[] = ['squared', 'absoluteError', 'huber', 'crossEntropy'];

/**
 * ReLU networks of one or two hidden layers with one to three inputs and outputs, on few samples: half of them with small
 * integers for data and parameters, so that they start on kinks and in corners, many of these without biases.
 */
export function randomRisk(index: number): RandomRisk {
  const root = foldIn(key(4242), index);
  const pick = (use: number, from: number, count: number): number =>
    from + Number(integers(foldIn(root, use), [1], 0, count)[0]);
  const loss = losses[index % losses.length]!;
  const inputs = pick(2, 1, 3);
  const outputs = pick(3, loss === 'crossEntropy' ? 2 : 1, loss === 'crossEntropy' ? 2 : 3);
  const widths =
    pick(1, 0, 3) < 2
      ? [inputs, pick(4, 2, 3), outputs]
      : [inputs, pick(4, 2, 2), pick(5, 2, 2), outputs];
  const isDegenerate = pick(6, 0, 2) === 1;
  const samples = pick(7, 3, 4);
  const draw = (use: number, shape: number[]): Tensor =>
    isDegenerate
      ? tensor(Float64Array.from(integers(foldIn(root, use), shape, -2, 3)), { shape })
      : normal(foldIn(root, use), shape);
  const net = network(widths, { activation: 'relu' });
  const targets =
    loss === 'crossEntropy'
      ? Array.from({ length: samples }, (_, s) => pick(50 + s, 0, outputs))
      : draw(21, [samples, outputs]);
  const risk = empiricalRisk(net, { inputs: draw(20, [samples, inputs]), targets, loss });
  const start = Float64Array.from(draw(22, [net.dimension]).data);
  if (isDegenerate && pick(8, 0, 2) === 1) {
    for (const { name, offset, shape } of net.layout) {
      if (name.startsWith('b')) start.fill(0, offset, offset + shape[0]!);
    }
  }
  const kind = isDegenerate ? 'integers' : 'normal';
  return { name: `${index}: ${widths.join('-')}, ${loss}, ${kind}`, risk, start };
}

/**
 * Whether explicit Euler steps from the start to t = 1 tend to `end` as they become shorter: within 1e−3 and falling in
 * proportion, or at once.
 */
export function isLimitOfEuler({ risk, start }: RandomRisk, end: Float64Array): boolean {
  const size = end.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  let before = Infinity;
  for (const steps of [2000, 20_000, 100_000]) {
    const { theta } = descend(risk, start, sgd({ learningRate: 1 / steps }), { steps });
    const distance = theta.reduce((most, x, i) => Math.max(most, Math.abs(x - end[i]!)), 0);
    if (distance < 1e-6 * size) return true;
    if (distance < 1e-3 * size && (distance < 0.35 * before || distance < 1e-5 * size)) {
      if (before < Infinity) return true;
    }
    before = distance;
  }
  return false;
}
