import { gradientFlow } from '@nonsmooth/flows';
import { dormandPrince54 } from '@nonsmooth/ode';
import { empiricalRisk, heNormal, initialize, network, type EmpiricalRisk } from '@nonsmooth/nets';
import { foldIn, key, normal, split, tensor, uniform, type Key } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { boundError, claim, observation } from '../check.js';
import { costAtMost } from '../comparison.js';

// The cost of a flow across kinks by `gradientFlow`, everything included: per right-hand side, in gradients of the same
// risk by the kernels, and in right-hand sides of the flow that ignores kinks, by the same method: what watching and
// deciding cost on top.

interface Size {
  readonly widths: readonly number[];
  readonly samples: number;
  readonly until: number;
  /** Gradients per right-hand side, at most. */
  readonly limit: number;
}

const sizes: readonly Size[] = [
  { widths: [1, 8, 1], samples: 20, until: 2, limit: 4 },
  { widths: [2, 16, 1], samples: 40, until: 1, limit: 4 },
  { widths: [1, 64, 1], samples: 256, until: 0.1, limit: 6 },
  { widths: [1, 64, 1], samples: 1024, until: 0.1, limit: 6 },
  { widths: [2, 16, 16, 1], samples: 40, until: 0.5, limit: 8 },
];

interface Answer {
  readonly status: string;
  readonly rightHandSides: number;
  /** |L(Θ_T) − L(Θ_0) + ∫‖Θ'‖²| ÷ L(Θ_0). */
  readonly energy: number;
}

/** Gradients of ReLU networks and flows across their kinks, which are compared with them. */
export const inclusionCosts: readonly Case[] = sizes.flatMap((size) => {
  const net = `${size.widths.join('-')}, ${size.samples} samples`;
  const gradient = timed<number>({
    name: `gradient of ${net}`,
    unit: 'gradients',
    singleThread: true,
    prepare(seed) {
      const { risk, start } = problemOf(size, seed);
      const out = new Float64Array(start.length);
      return {
        units: 1,
        run: () => void risk.gradient(start, out),
        answer: () => out.findIndex((value) => !Number.isFinite(value)),
        fingerprint: () => [out],
        dispose: () => risk.dispose(),
      };
    },
    check: (place) => [boundError('first entry that is not finite', place, -1, 'absolute')],
  });
  const blind = timed<string>({
    name: `flow of ${net} with kinks ignored`,
    unit: 'right-hand sides',
    singleThread: true,
    prepare(seed) {
      const { risk, start } = problemOf(size, seed);
      const follow = () =>
        gradientFlow(risk, start, {
          until: size.until,
          // at kinks steps of a tighter tolerance come to nothing
          rtol: 1e-5,
          atol: 1e-7,
          kinks: 'ignored',
          method: dormandPrince54,
        });
      let found = follow();
      return {
        units: found.statistics.rhs,
        run: () => void (found = follow()),
        answer: () => found.status,
        fingerprint: () => [found.theta],
        dispose: () => risk.dispose(),
      };
    },
    check: (status) => [claim('status', status, 'finished')],
  });
  const flow = timed<Answer>({
    name: `flow of ${net}`,
    unit: 'right-hand sides',
    singleThread: true,
    prepare(seed) {
      const { risk, start } = problemOf(size, seed);
      const follow = () =>
        gradientFlow(risk, start, { until: size.until, rtol: 1e-8, atol: 1e-10 });
      let found = follow();
      return {
        units: found.statistics.rhs,
        run: () => void (found = follow()),
        answer: () => ({
          status: found.status,
          rightHandSides: found.statistics.rhs,
          energy: Math.abs(found.energy?.residual ?? NaN) / found.loss[0]!,
        }),
        fingerprint: () => [found.theta],
        dispose: () => risk.dispose(),
      };
    },
    check: ({ status, rightHandSides, energy }) => [
      claim('status', status, 'finished'),
      boundError('energy identity', energy, 1e-6),
      observation('right-hand sides', rightHandSides),
    ],
    comparisons: [
      costAtMost(
        { name: `flow of ${net}` },
        gradient,
        size.limit,
        `a right-hand side of the flow of ${net} ÷ gradient`,
      ),
      costAtMost(
        { name: `flow of ${net}` },
        blind,
        1.25,
        `a right-hand side of the flow of ${net} ÷ with kinks ignored`,
      ),
    ],
  });
  return [gradient, blind, flow];
});

function problemOf(
  { widths, samples }: Size,
  seed: number,
): { readonly risk: EmpiricalRisk; readonly start: Float64Array } {
  const [inputKey, targetKey, startKey] = split(foldIn(key(seed), 11), 3) as [Key, Key, Key];
  const net = network(widths, { activation: 'relu' });
  const inputs = uniform(inputKey, [samples, widths[0]!], { low: -1, high: 1 });
  const targets = tensor(normal(targetKey, [samples]).data, { shape: [samples, 1] });
  return {
    risk: empiricalRisk(net, { inputs, targets }),
    start: initialize(net, heNormal, startKey, { biases: heNormal }),
  };
}
