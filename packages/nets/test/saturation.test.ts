import {
  activationNames,
  defaultKernels,
  lossNames,
  referenceKernels,
  type ActivationName,
  type LossName,
} from '@nonsmooth/kernels';
import { empiricalRisk, network, tracedEmpiricalRisk } from '@nonsmooth/nets';
import { tensor } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

/** First-layer weights: ordinary, saturated, beyond the squares of numbers. */
const weights = [0.3, 20, 40, 800, -40, -800, 1e160, -1e160, 1e300, -1e300];
const shapes = [
  [1, 1, 1],
  [1, 2, 2, 1],
  [1, 3, 2],
];

describe.each(lossNames)('%s', (loss) => {
  test.each(activationNames)(
    'of %s: kernels, reference kernels and traced twin agree where they are finite',
    (activation) => {
      for (const widths of shapes) expectAgreement(widths, activation, loss);
    },
  );
});

function expectAgreement(
  widths: readonly number[],
  activation: ActivationName,
  loss: LossName,
): void {
  const isOfClasses = loss === 'crossEntropy';
  const outputs = isOfClasses ? 3 : widths.at(-1)!;
  const net = network([...widths.slice(0, -1), outputs], { activation });
  const numbers = Float64Array.from({ length: 3 * outputs }, (_, i) => Number(i % outputs === 0));
  const data = {
    inputs: tensor([[1], [0.5], [-1]]),
    targets: isOfClasses ? tensor([0, 2, 1]) : tensor(numbers, { shape: [3, outputs] }),
    loss,
  };
  const risk = empiricalRisk(net, data, { kernels: defaultKernels });
  const reference = empiricalRisk(net, data, { kernels: referenceKernels });
  const twin = tracedEmpiricalRisk(net, data);
  for (const weight of weights) {
    const theta = new Float64Array(net.dimension).fill(0.3);
    for (let i = 0; i < widths[1]!; i++) theta[i] = weight * (1 - 0.25 * i);
    const [own, ...others] = [risk, reference, twin].map((objective) => {
      const gradient = new Float64Array(net.dimension);
      const value = objective.gradient(theta, gradient);
      return [value, ...gradient];
    });
    for (const other of others) {
      const scale = Math.max(...own!.filter(Number.isFinite).map(Math.abs));
      own!.forEach((entry, i) => {
        if (Number.isFinite(entry) || Number.isFinite(other[i])) {
          expect(Math.abs(entry - other[i]!), `${weight}: ${i}`).toBeLessThanOrEqual(1e-12 * scale);
        }
      });
    }
  }
  risk.dispose();
  reference.dispose();
}
