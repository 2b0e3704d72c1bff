import { evaluatePolynomial, polynomialRealization, univariate } from '@nonsmooth/flows';
import type { ActivationName, LossName } from '@nonsmooth/kernels';
import {
  empiricalRisk,
  heNormal,
  initialize,
  network,
  normalWeights,
  realize,
  xavierUniform,
  type EmpiricalRisk,
} from '@nonsmooth/nets';
import { foldIn, key, normal, uniform } from '@nonsmooth/tensor';

/** A flow to be judged, and what is known of it beforehand; `unknown` where no theory decides. */
export interface LabelledFlow {
  readonly name: string;
  readonly truth: 'converges' | 'diverges' | 'unknown';
  readonly risk: EmpiricalRisk;
  readonly start: Float64Array;
}

const smooth: readonly ActivationName[] = ['tanh', 'softplus', 'gelu', 'logistic', 'swish'];

function line(count: number): number[] {
  return Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));
}

/** Flows of many kinds, one draw of each per seed. */
export function labelledFlows(seed: number): LabelledFlow[] {
  const root = foldIn(key(20260), seed);
  let use = 0;
  const next = () => foldIn(root, use++);
  const draw = (shape: readonly number[], scale = 1): Float64Array =>
    (normal(next(), shape).data as Float64Array).map((x) => scale * x);
  const flows: LabelledFlow[] = [];

  // near a teacher with as many neurons, and from random starts
  for (const activation of smooth) {
    const net = network([1, 2, 1], { activation });
    const inputs = line(30);
    const teacher = initialize(net, normalWeights(1.5), next(), { biases: normalWeights(1) });
    const targets = realize(net, teacher, inputs).data;
    const risk = empiricalRisk(net, { inputs, targets });
    const noise = draw([net.dimension], 0.02);
    const start = teacher.map((x, i) => x + noise[i]!) as Float64Array;
    flows.push({ name: `near teacher ${activation}`, truth: 'unknown', risk, start });
    const random = initialize(net, xavierUniform, next());
    flows.push({ name: `random, realizable ${activation}`, truth: 'unknown', risk, start: random });
  }
  // two inputs: a better conditioned teacher
  for (const activation of ['tanh', 'logistic', 'gelu'] as const) {
    const net = network([2, 2, 1], { activation });
    const inputs = uniform(next(), [40, 2], { low: -2, high: 2 });
    const teacher = initialize(net, normalWeights(1.5), next(), { biases: normalWeights(1) });
    const risk = empiricalRisk(net, { inputs, targets: realize(net, teacher, inputs).data });
    const noise = draw([net.dimension], 0.05);
    const start = teacher.map((x, i) => x + noise[i]!) as Float64Array;
    flows.push({ name: `near teacher, 2-D ${activation}`, truth: 'unknown', risk, start });
  }
  // more parameters than samples
  for (const activation of smooth) {
    const net = network([1, 12, 1], { activation });
    const risk = empiricalRisk(net, { inputs: line(7), targets: draw([7]) });
    const start = initialize(net, xavierUniform, next(), { biases: normalWeights(1) });
    flows.push({ name: `interpolation ${activation}`, truth: 'unknown', risk, start });
  }
  for (const activation of ['tanh', 'softplus'] as const) {
    const net = network([2, 8, 8, 1], { activation });
    const risk = empiricalRisk(net, {
      inputs: uniform(next(), [8, 2], { low: -1, high: 1 }),
      targets: draw([8]),
    });
    const start = initialize(net, heNormal, next(), { biases: normalWeights(0.5) });
    flows.push({ name: `deep interpolation ${activation}`, truth: 'unknown', risk, start });
  }
  // linear networks, deep and not
  for (const widths of [
    [2, 3, 1],
    [2, 3, 2],
    [3, 3, 3, 1],
    [2, 1],
  ]) {
    const net = network(widths, { activation: 'identity' });
    const inputs = normal(next(), [15, widths[0]!]);
    const risk = empiricalRisk(net, { inputs, targets: normal(next(), [15, widths.at(-1)!]) });
    const start = initialize(net, xavierUniform, next(), { biases: normalWeights(0.3) });
    flows.push({ name: `linear network ${widths.join('-')}`, truth: 'converges', risk, start });
  }
  // classification: separable ones diverge
  for (const [activation, widths] of [
    ['tanh', [2, 6, 2]],
    ['relu', [2, 8, 2]],
    ['identity', [2, 2]],
    ['softplus', [1, 4, 4, 3]],
  ] as const) {
    const net = network([...widths], { activation });
    const count = 8;
    const inputs = normal(next(), [count, widths[0]]);
    const classes = widths.at(-1)!;
    const targets = Array.from({ length: count }, (_, i) =>
      widths.length === 2
        ? Number(inputs.data[2 * i]! > 0.3 * inputs.data[2 * i + 1]!)
        : i % classes,
    );
    const loss: LossName = 'crossEntropy';
    const risk = empiricalRisk(net, { inputs, targets, loss });
    const start = initialize(net, heNormal, next(), { biases: normalWeights(0.5) });
    flows.push({
      name: `separable ${widths.join('-')} ${activation}`,
      truth: 'diverges',
      risk,
      start,
    });
  }
  // polynomials, the infimum of which is attained at infinity only
  for (const [activation, coefficients, h] of [
    ['tanh', [5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1], 2],
    ['gelu', [5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1], 2],
    ['softplus', [5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1], 3],
    ['tanh', [0, 0, 1], 2],
    ['softplus', [0, 1, 0, 1], 2],
  ] as const) {
    const polynomial = univariate([...coefficients]);
    const { network: net, theta } = polynomialRealization(polynomial, activation, { h });
    const inputs = line(100);
    const targets = inputs.map((x) => evaluatePolynomial(polynomial, [x]));
    const start = theta.map((x, i) => x + (seed === 0 ? 0 : draw([net.dimension], 0.02)[i]!));
    flows.push({
      name: `polynomial of degree ${coefficients.length - 1} ${activation}`,
      truth: 'diverges',
      risk: empiricalRisk(net, { inputs, targets }),
      start,
    });
  }
  // ReLU with a constant target, and with an interpolating one
  {
    const net = network([1, 6, 1], { activation: 'relu' });
    const inputs = line(12);
    const constant = empiricalRisk(net, { inputs, targets: new Float64Array(12).fill(0.7) });
    const start = draw([net.dimension]);
    flows.push({ name: 'constant target relu', truth: 'converges', risk: constant, start });
    const wide = network([1, 30, 1], { activation: 'relu' });
    const noise = empiricalRisk(wide, { inputs: line(6), targets: draw([6]) });
    flows.push({
      name: 'interpolation relu',
      truth: 'unknown',
      risk: noise,
      start: initialize(wide, heNormal, next(), { biases: normalWeights(0.5) }),
    });
    const few = network([1, 4, 1], { activation: 'relu' });
    const sine = line(20);
    flows.push({
      name: 'not realizable relu',
      truth: 'unknown',
      risk: empiricalRisk(few, { inputs: sine, targets: sine.map((x) => Math.sin(3 * x)) }),
      start: initialize(few, heNormal, next(), { biases: normalWeights(0.5) }),
    });
  }
  return flows;
}
