import {
  defaultKernels,
  referenceKernels,
  type ActivationName,
  type DenseRisk,
} from '@nonsmooth/kernels';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import { costAtMost } from '../comparison.js';
import type { Work } from '../work.js';
import { denseProblem, fiveNets, relativeError, type NetName } from './five-nets.js';

/** One derivative of the risk of a network over all samples. */
interface DerivativeTask {
  readonly net: NetName;
  readonly activation: ActivationName;
  readonly derivative: Derivative;
}

type Derivative = keyof typeof units;

/** A product is `cached` if the one before it was at the same θ, so that activations are known. */
const units = {
  gradient: 'gradients',
  product: 'products',
  'cached product': 'products',
  Hessian: 'Hessians',
} as const;

const symbols: Readonly<Record<Derivative, string>> = {
  gradient: '∇L',
  product: '∇²L·v',
  'cached product': '∇²L·v, same θ',
  Hessian: '∇²L',
};

/**
 * Seconds relative to one gradient's, at most. Of deep networks, products of matrices decide: six in a product with the
 * Hessian and two more at a new θ, three in a gradient, which makes 2 and 8/3 the least.
 */
const limits: Readonly<Record<'shallow' | 'deep', Readonly<Partial<Record<Derivative, number>>>>> =
  {
    shallow: { product: 1.5, 'cached product': 0.6, Hessian: 10 },
    deep: { product: 3, 'cached product': 2.3 },
  };

const derivatives = (['tiny', 'small', 'deep-small'] as const).flatMap((net) =>
  (['tanh', 'relu', 'gelu'] as const).flatMap((activation) =>
    (Object.keys(units) as Derivative[])
      // dense Hessians are for small networks
      .filter((derivative) => derivative !== 'Hessian' || net === 'tiny')
      .map((derivative): DerivativeTask => ({ net, activation, derivative })),
  ),
);

/** Gradients, Hessian–vector products and Hessians of three networks. */
export const secondDerivatives: readonly Case[] = derivatives.map((task) => {
  const name = nameOf(task);
  const limit = limits[fiveNets[task.net].widths.length > 3 ? 'deep' : 'shallow'][task.derivative];
  const gradient = { name: nameOf({ ...task, derivative: 'gradient' }) };
  return timed<number>({
    name,
    unit: units[task.derivative],
    singleThread: true,
    prepare: (seed) => derivativeWork(task, seed),
    check: (error) => [boundError('relative error', error, 1e-11)],
    comparisons: limit === undefined ? [] : [costAtMost({ name }, gradient, limit, `${name} ÷ ∇L`)],
  });
});

/** The answer is the relative error against the reference kernels. */
function derivativeWork(task: DerivativeTask, seed: number): Work<number> {
  const { problem, theta } = denseProblem({ ...task, dtype: 'f64' }, seed);
  const risk = defaultKernels.denseNetwork(problem);
  const d = theta.length;
  const out = new Float64Array(task.derivative === 'Hessian' ? d * d : d);
  const direction = Float64Array.from(theta, (_, i) => Math.sin(i + 1));
  // a second point, visited in turn so that nothing is known of the first when it comes again
  const other = theta.map((value) => value * 0.99);
  const evaluate = (from: DenseRisk, at: Float64Array): void => {
    if (task.derivative === 'gradient') from.gradient(at, out);
    else if (task.derivative === 'Hessian') from.hessian(at, out);
    else from.hessianVector(at, direction, out);
  };
  const visits = task.derivative === 'cached product' ? [theta] : [other, theta];
  return {
    units: visits.length,
    run() {
      for (const at of visits) evaluate(risk, at);
    },
    answer() {
      const found = out.slice();
      const reference = referenceKernels.denseNetwork(problem);
      evaluate(reference, theta);
      reference.dispose();
      return relativeError(found, out);
    },
    fingerprint: () => [out],
    dispose: () => risk.dispose(),
  };
}

function nameOf({ net, activation, derivative }: DerivativeTask): string {
  return `${fiveNets[net].widths.join('-')} ${activation} ${symbols[derivative]}`;
}
