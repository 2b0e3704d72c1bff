import { adam, descend, sgd } from '@nonsmooth/flows';
import type { ActivationName, DescentRule, Dtype } from '@nonsmooth/kernels';
import { empiricalRisk, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { foldIn, key, uniform } from '@nonsmooth/tensor';
import { createHash } from 'node:crypto';

/** A training run as plain data. */
export interface Run {
  readonly widths: readonly number[];
  readonly activation: ActivationName;
  readonly dtype: Dtype;
  readonly rule: DescentRule;
  readonly batch: number | undefined;
}

const steps = 200;
const samples = 300;

const nets: readonly (readonly number[])[] = [
  [1, 16, 1],
  [2, 7, 5, 3],
  [3, 20, 20, 2],
];
const activations = ['relu', 'gelu', 'tanh', 'softplus', 'mish'] as const;

/** Networks × activations × dtypes, with rules and batches in turn. */
export const runs: readonly Run[] = nets.flatMap((widths) =>
  activations.flatMap((activation, i) =>
    (['f64', 'f32'] as const).map((dtype) => ({
      widths,
      activation,
      dtype,
      rule: i % 2 === 0 ? sgd({ learningRate: 0.05 }) : adam({ learningRate: 0.01 }),
      batch: i % 3 === 0 ? undefined : 32,
    })),
  ),
);

/** Hash of the parameters after 200 steps. */
export default function hashOf({ widths, activation, dtype, rule, batch }: Run): string {
  const net = network(widths, { activation });
  const data = (stream: number, width: number) =>
    uniform(foldIn(key(2024), stream), [samples, width], { low: -1, high: 1 });
  const risk = empiricalRisk(
    net,
    { inputs: data(0, widths[0]!), targets: data(1, widths[widths.length - 1]!) },
    { dtype },
  );
  const start = initialize(net, xavierUniform, key(7));
  const { theta, status } = descend(risk, start, rule, {
    steps,
    ...(batch !== undefined && { batch: { size: batch, key: key(8) } }),
  });
  risk.dispose();
  if (status !== 'finished') throw new Error(`descent: ${status}`);
  return createHash('sha256').update(theta).digest('hex');
}
