import {
  classify,
  gradientFlow,
  logarithmicTimes,
  polynomialRealization,
  thresholdStudy,
  trajectoryOf,
  univariate,
  evaluatePolynomial,
} from '@nonsmooth/flows';
import type { ActivationName } from '@nonsmooth/kernels';
import {
  empiricalRisk,
  initialize,
  network,
  normalWeights,
  realize,
  xavierUniform,
} from '@nonsmooth/nets';
import { bdf } from '@nonsmooth/ode';
import { foldIn, key, normal } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';

const inputs = Array.from({ length: 400 }, (_, i) => -1 + (2 * i) / 399);

/** The flow of the mean squared error from a network that resembles the polynomial. */
function flowTowards(
  coefficients: readonly number[],
  activation: ActivationName,
  horizon: number,
  h = 2,
) {
  const polynomial = univariate(coefficients);
  const { network: net, theta } = polynomialRealization(polynomial, activation, { h });
  const targets = inputs.map((x) => evaluatePolynomial(polynomial, [x]));
  return gradientFlow(empiricalRisk(net, { inputs, targets }), theta, {
    until: horizon,
    method: bdf,
    saveAt: logarithmicTimes(horizon / 1e8, horizon, 20),
    rtol: 1e-7,
    atol: 1e-10,
  });
}

/** The study's target x¹⁰ − 2x⁸ + 2x⁵ + 3x³ − 2x² + 5; more samples than the network has parameters. */
const published = [5, 0, -2, 3, 0, 2, 0, 0, -2, 0, 1];

test.each<[ActivationName, number, number]>([
  ['swish', 1e4, 2],
  ['softplus', 1e5, 3],
  ['gelu', 1e4, 2],
  ['elu', 1e4, 2],
  ['tanh', 1e4, 2],
  ['logistic', 1e5, 2],
  ['mish', 1e4, 2],
  ['softsign', 1e4, 2],
])(
  'the flow towards the published polynomial diverges with vanishing loss: %s to t = %s',
  (name, horizon, h) => {
    const flow = flowTowards(published, name, horizon, h);
    expect(flow.status).toBe('finished');
    const { verdict, evidence } = classify(trajectoryOf(flow));
    expect(verdict).toBe('diverges');
    expect(flow.loss[0]).toBeGreaterThan(0.5);
    expect(flow.loss.at(-1)).toBeLessThan(2e-4);
    expect(evidence.asymptoticLoss.level).toBeLessThan(5e-5);
  },
);

test.each<ActivationName>(['gelu', 'tanh', 'logistic', 'mish'])(
  'towards x² the norm grows in bursts, which is evidence of nothing: %s',
  (name) => {
    const flow = flowTowards([0, 0, 1], name, 1e6);
    const { verdict, reason, evidence } = classify(trajectoryOf(flow));
    expect(verdict).toBe('undecided');
    expect(reason).toMatch(/no steady growth/);
    expect(flow.loss.at(-1)).toBeLessThan(1e-6);
    expect(evidence.asymptoticLoss.level).toBeLessThan(1e-6);
  },
);

test.each<ActivationName>(['tanh', 'gelu', 'softplus'])(
  'a flow that starts near the parameters of its own target converges: %s',
  (name) => {
    const net = network([1, 2, 1], { activation: name });
    const truth = initialize(net, normalWeights(1), key(5), { biases: normalWeights(1) });
    const targets = realize(net, truth, inputs).data;
    const start = truth.map((x, i) => x + 0.01 * normal(key(6), [net.dimension]).data[i]!);
    const flow = gradientFlow(empiricalRisk(net, { inputs, targets }), start, {
      until: 1e7,
      saveAt: logarithmicTimes(1, 1e7, 20),
      rtol: 1e-6,
      atol: 1e-12,
    });
    const { verdict } = classify(trajectoryOf(flow));
    expect(verdict).toBe('converges');
  },
);

test('flows towards realizable targets are never taken for divergent', () => {
  const verdicts: string[] = [];
  for (const name of ['tanh', 'gelu', 'softplus', 'logistic'] as const) {
    for (let start = 0; start < 3; start++) {
      const net = network([1, 2, 1], { activation: name });
      const draw = (use: number) =>
        normal(foldIn(foldIn(key(60), start), use), [net.dimension]).data;
      const truth = draw(0);
      const risk = empiricalRisk(net, { inputs, targets: realize(net, truth, inputs).data });
      for (const until of [100, 1e4]) {
        const flow = gradientFlow(
          risk,
          truth.map((x, i) => x + 0.3 * draw(1)[i]!),
          {
            until,
            saveAt: logarithmicTimes(until / 1e6, until, 20),
            rtol: 1e-6,
            atol: 1e-10,
          },
        );
        verdicts.push(classify(trajectoryOf(flow), { objective: risk }).verdict);
      }
    }
  }
  expect(verdicts).not.toContain('diverges');
  expect(verdicts).toContain('converges');
});

test('nor, but for a few in a hundred, those from far away, which stay on plateaus for decades', () => {
  const verdicts: string[] = [];
  for (const name of ['tanh', 'gelu', 'softplus'] as const) {
    for (let start = 0; start < 14; start++) {
      const net = network([1, 3, 1], { activation: name });
      const teacher = normal(foldIn(key(7), start), [net.dimension]).data;
      const points = Array.from({ length: 60 }, (_, i) => -1 + (2 * i) / 59);
      const risk = empiricalRisk(net, {
        inputs: points,
        targets: realize(net, teacher, points).data,
      });
      const flow = gradientFlow(risk, initialize(net, xavierUniform, foldIn(key(9), start)), {
        until: 1e8,
        saveAt: logarithmicTimes(1e-4, 1e8, 12),
        rtol: 1e-7,
        atol: 1e-11,
      });
      const whole = trajectoryOf(flow);
      for (const horizon of [1e3, 1e4, 1e5, 1e6, 1e7, 1e8]) {
        const seen = Array.from(whole.times).filter((t) => t <= 1.001 * horizon).length;
        const upTo = (values: ArrayLike<number>) => Array.from(values).slice(0, seen);
        verdicts.push(
          classify({
            times: upTo(whole.times),
            norms: upTo(whole.norms),
            speeds: upTo(whole.speeds),
            losses: upTo(whole.losses),
          }).verdict,
        );
      }
    }
  }
  const share = verdicts.filter((verdict) => verdict === 'diverges').length / verdicts.length;
  expect(share).toBeLessThan(0.06);
});

test('logarithmic times have equal ratios and exact ends', () => {
  const times = logarithmicTimes(0.01, 100, 5);
  expect(times.length).toBe(21);
  expect([times[0], times.at(-1)]).toEqual([0.01, 100]);
  for (let i = 1; i < 21; i++) expect(times[i]! / times[i - 1]!).toBeCloseTo(10 ** 0.2, 10);
  expect(() => logarithmicTimes(0, 1, 5)).toThrow(/0 < first < last/);
  expect(() => logarithmicTimes(1e-300, 1e300, 1)).toThrow(/a finite quotient/);
  expect(() => logarithmicTimes(1, 10, Infinity)).toThrow(/perDecade = Infinity/);
  expect(() => logarithmicTimes(1, 10, 1e12)).toThrow(/fewer than 1e8 times in all/);
});

test('the threshold study of a double well finds its barrier', () => {
  // L(x) = (x² − 1)² + (x + 1)/4: from below the barrier on the right, flows end in the worse well near 1
  const objective = {
    dimension: 1,
    smooth: true,
    value: (theta: ArrayLike<number>) => (theta[0]! ** 2 - 1) ** 2 + (theta[0]! + 1) / 4,
    gradient(theta: ArrayLike<number>, out: Float64Array | Float32Array) {
      const x = theta[0]!;
      out[0] = 4 * x * (x ** 2 - 1) + 1 / 4;
      return (x ** 2 - 1) ** 2 + (x + 1) / 4;
    },
  };
  const better = gradientFlow(objective, [-1], { until: 50, rtol: 1e-10, atol: 1e-12 }).theta[0]!;
  const worse = gradientFlow(objective, [1], { until: 50, rtol: 1e-10, atol: 1e-12 }).theta[0]!;
  const optimum = objective.value([better]);
  const starts = [-1.3, -0.9, -0.5, -0.2, 0.5, 0.9, 1.1].map((x) => [x]);
  const { rows, threshold } = thresholdStudy(objective, starts, {
    until: 100,
    optimum,
    reached: 1e-6,
    rtol: 1e-9,
    atol: 1e-11,
  });
  for (const { level, reached } of rows) {
    // no start that low can climb out of its well: the worse well lies above the threshold
    if (level < objective.value([worse]) - optimum) expect(reached).toBe(true);
  }
  expect(rows.filter(({ reached }) => reached).length).toBe(4);
  const below = rows.filter(({ level }) => level <= threshold);
  expect(below.every(({ reached }) => reached)).toBe(true);
  expect(threshold).toBeLessThan(objective.value([0.9]) - optimum);
});

test('of two starts at one level, one that does not reach the optimum lowers the threshold', () => {
  // two parabolas, with minima 0 at 0 and 1 at 3
  const well = {
    dimension: 1,
    value: (theta: ArrayLike<number>) => Math.min(theta[0]! ** 2, (theta[0]! - 3) ** 2 + 1),
    gradient(theta: ArrayLike<number>, out: Float64Array | Float32Array) {
      const x = theta[0]!;
      const left = x ** 2 <= (x - 3) ** 2 + 1;
      out[0] = left ? 2 * x : 2 * (x - 3);
      return this.value(theta);
    },
  };
  const options = { until: 40, reached: 1e-3, rtol: 1e-6 };
  // L(−1) = L(3) = 1, and the flow from 3 stays
  for (const starts of [
    [[-0.5], [-1], [3]],
    [[3], [-1], [-0.5]],
  ]) {
    const { rows, threshold } = thresholdStudy(well, starts, options);
    expect(rows.map(({ reached }) => reached)).toEqual([true, false, true]);
    expect(threshold).toBe(0.25);
  }
  expect(() => thresholdStudy(well, [[1]], { ...options, until: -1 })).toThrow('until = -1');
  expect(() => thresholdStudy(well, [[1]], { ...options, optimum: NaN })).toThrow('optimum = NaN');
});
