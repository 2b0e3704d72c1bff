import { readFileSync } from 'node:fs';
import type { Objective } from '@nonsmooth/autodiff';
import { gradientFlow, logarithmicTimes, reluFlow } from '@nonsmooth/flows';
import { empiricalRisk, network } from '@nonsmooth/nets';
import { dormandPrince54 } from '@nonsmooth/ode';
import { expect, test } from 'vitest';

const tanhFlow = JSON.parse(
  readFileSync(new URL('data/tanh-flow.json', import.meta.url), 'utf8'),
) as {
  x: number[];
  y: number[];
  theta0: number[];
  t1: number;
  reference: number[];
  loss0: number;
  loss: number;
};

const tanhRisk = () =>
  empiricalRisk(network([1, 16, 1], { activation: 'tanh' }), {
    inputs: tanhFlow.x,
    targets: tanhFlow.y,
  });

const reluRisk = () =>
  empiricalRisk(network([1, 1, 1], { activation: 'relu' }), { inputs: [1, 2], targets: [1, 1] });

test('the flow of a 1-16-1 tanh network reaches the reference at t = 100', () => {
  const risk = empiricalRisk(network([1, 16, 1], { activation: 'tanh' }), {
    inputs: tanhFlow.x,
    targets: tanhFlow.y,
  });
  const flow = gradientFlow(risk, tanhFlow.theta0, { until: tanhFlow.t1, rtol: 1e-9, atol: 1e-11 });
  const theta = flow.y.at(-1)!;
  const error = Math.max(...tanhFlow.reference.map((one, i) => Math.abs(one - theta[i]!)));
  expect(error).toBeLessThan(1e-8);
  expect(flow.loss[0]).toBeCloseTo(tanhFlow.loss0, 13);
  expect(flow.loss.at(-1)).toBeCloseTo(tanhFlow.loss, 10);
});

test('linear regression follows its closed form', () => {
  // L = (w − 2)² + b² on inputs ±1 with target 2x: w = 2 + 3e⁻²ᵗ, b = e⁻²ᵗ
  const risk = empiricalRisk(network([1, 1], { activation: 'identity' }), {
    inputs: [-1, 1],
    targets: [-2, 2],
  });
  const saveAt = [0, 0.5, 1, 2, 3];
  const flow = gradientFlow(risk, [5, 1], { until: 3, rtol: 1e-10, atol: 1e-12, saveAt });
  saveAt.forEach((t, i) => {
    expect(flow.t[i]).toBe(t);
    expect(flow.y[i]![0]).toBeCloseTo(2 + 3 * Math.exp(-2 * t), 9);
    expect(flow.y[i]![1]).toBeCloseTo(Math.exp(-2 * t), 9);
    expect(flow.loss[i]).toBeCloseTo(10 * Math.exp(-4 * t), 8);
  });
});

test('a diagonal linear network follows its closed form', () => {
  // L = ½Σ(u_i v_i − y_i)² from u = v: s_i = u_i² solves s′ = −2s(s − y), the logistic equation
  const y = [2, 0.5, 1, 3];
  const residual = (theta: ArrayLike<number>, i: number): number =>
    theta[i]! * theta[4 + i]! - y[i]!;
  const value = (theta: ArrayLike<number>): number =>
    y.reduce((sum, _, i) => sum + residual(theta, i) ** 2 / 2, 0);
  const diagonal = {
    dimension: 8,
    value,
    gradient(theta: ArrayLike<number>, out: Float64Array | Float32Array) {
      for (let i = 0; i < 4; i++) {
        out[i] = residual(theta, i) * theta[4 + i]!;
        out[4 + i] = residual(theta, i) * theta[i]!;
      }
      return value(theta);
    },
  };
  const start = [0.01, 0.1, 1.5, 0.3];
  const saveAt = [0.5, 1, 2, 4, 8];
  const flow = gradientFlow(diagonal, [...start, ...start], {
    until: 8,
    saveAt,
    rtol: 1e-10,
    atol: 1e-13,
  });
  saveAt.forEach((t, k) => {
    start.forEach((u, i) => {
      const s = y[i]! / (1 + (y[i]! / u ** 2 - 1) * Math.exp(-2 * y[i]! * t));
      expect(flow.y[k]![i]).toBeCloseTo(Math.sqrt(s), 8);
      expect(flow.y[k]![4 + i]).toBeCloseTo(Math.sqrt(s), 8);
    });
  });
});

test('the loss never increases along the flow', () => {
  const risk = empiricalRisk(network([1, 16, 1], { activation: 'tanh' }), {
    inputs: tanhFlow.x,
    targets: tanhFlow.y,
  });
  const saveAt = Array.from({ length: 101 }, (_, i) => i / 10);
  const { loss } = gradientFlow(risk, tanhFlow.theta0, {
    until: 10,
    saveAt,
    rtol: 1e-8,
    atol: 1e-10,
  });
  for (let i = 1; i < loss.length; i++) expect(loss[i]).toBeLessThan(loss[i - 1]!);
});

test('dL/dt = −‖Θ′‖² holds along the flow to the tolerance', () => {
  const run = (rtol: number) =>
    gradientFlow(tanhRisk(), tanhFlow.theta0, {
      until: 20,
      rtol,
      atol: rtol / 100,
      method: dormandPrince54,
    }).energy!;
  const [coarse, fine] = [run(1e-5), run(1e-9)];
  expect(coarse.dissipated).toBeGreaterThan(0.5);
  expect(Math.abs(coarse.residual)).toBeLessThan(1e-3);
  expect(Math.abs(fine.residual)).toBeLessThan(1e-6);
  expect(fine.largestStepResidual).toBeLessThan(coarse.largestStepResidual);
});

test('a smooth risk with a Hessian gets an implicit method, which needs a fifth of the gradients', () => {
  const error = (theta: Float64Array): number =>
    Math.max(...tanhFlow.reference.map((x, i) => Math.abs(x - theta[i]!)));
  const options = { until: tanhFlow.t1, energy: false, saveAt: [tanhFlow.t1] };
  const implicit = gradientFlow(tanhRisk(), tanhFlow.theta0, {
    ...options,
    rtol: 1e-6,
    atol: 1e-8,
  });
  expect(implicit.method).toBe('BDF');
  expect(error(implicit.theta)).toBeLessThan(1e-4);
  const explicit = gradientFlow(tanhRisk(), tanhFlow.theta0, {
    ...options,
    rtol: 1e-4,
    atol: 1e-6,
    method: dormandPrince54,
  });
  const cost = implicit.statistics.rhs + 9 * implicit.statistics.jacobians;
  expect(cost).toBeLessThan(explicit.statistics.rhs / 5);
});

test('the risk of a shallow ReLU network is followed as a differential inclusion', () => {
  // the output is above both targets: the neuron is switched off
  const start = [0.1, 0.05, 0.8, 3];
  const options = { until: 5, rtol: 1e-8, atol: 1e-10 };
  const automatic = gradientFlow(reluRisk(), start, options);
  const inclusion = reluFlow(reluRisk().network, reluRisk().data, start, options);
  expect(inclusion.itinerary.length).toBeGreaterThan(0);
  expect(automatic.theta).toEqual(inclusion.theta);
  expect(automatic.statistics).toEqual(inclusion.statistics);
});

test.each([
  [{ time: 100, steps: 7 }, /7 steps/],
  [{ time: 100, loss: 0.2 }, /L = .* ≤ 0.2/],
  [{ time: 100, norm: 6 }, /‖Θ‖ = .* ≥ 6/],
  [{ time: 100, gradientNorm: 0.05 }, /‖∇L‖ = .* ≤ 0.05/],
])('a rule stops the flow and says why: %j', (until, reason) => {
  const flow = gradientFlow(tanhRisk(), tanhFlow.theta0, { until, rtol: 1e-5 });
  expect(flow.status).toBe('stopped');
  expect(flow.reason).toMatch(reason);
  expect(flow.end).toBeLessThan(100);
});

test('a flow that overflows ends with its last finite state', () => {
  // L = −x⁴: x′ = 4x³ from 1 blows up at t = 1/8
  const objective = {
    dimension: 1,
    value: (theta: ArrayLike<number>) => -(theta[0]! ** 4),
    gradient(theta: ArrayLike<number>, out: Float64Array | Float32Array) {
      out[0] = -4 * theta[0]! ** 3;
      return -(theta[0]! ** 4);
    },
  };
  const flow = gradientFlow(objective, [1], { until: 1 });
  expect(flow.status).toBe('failed');
  expect(flow.end).toBeCloseTo(1 / 8, 3);
  expect(Number.isFinite(flow.theta[0])).toBe(true);
});

test('a flow whose velocity overflows at the start fails there', () => {
  const net = network([1, 1, 1], { activation: 'relu' });
  const data = { inputs: [1, 2], targets: [1, 1] };
  const smooth = empiricalRisk(network([1, 1], { activation: 'identity' }), {
    inputs: [1e160],
    targets: [1],
  });
  for (const flow of [
    gradientFlow(smooth, [1e150, 0], { until: 1 }),
    reluFlow(net, data, [1e200, 1e200, 1e200, 1e200], { until: 1 }),
  ]) {
    expect(flow.status).toBe('failed');
    expect(flow.reason).toMatch(/rhs is -?(Infinity|NaN), not finite/);
    expect([flow.end, ...flow.t]).toEqual([0, 0]);
    expect(flow.theta.every(Number.isFinite)).toBe(true);
  }
});

test('an objective made from a ReLU risk is followed by its own gradient', () => {
  // a ridge: L + ‖θ‖², whose flow is not that of L
  for (const widths of [
    [1, 1, 1],
    [1, 1, 1, 1],
  ]) {
    const risk = empiricalRisk(network(widths, { activation: 'relu' }), {
      inputs: [1, 2],
      targets: [1, 1],
    });
    const ridge = {
      ...risk,
      value: (theta: Float64Array) => risk.value(theta) + theta.reduce((sum, x) => sum + x * x, 0),
      gradient(theta: Float64Array, out: Float64Array) {
        const loss = risk.gradient(theta, out);
        theta.forEach((x, i) => (out[i] = out[i]! + 2 * x));
        return loss + theta.reduce((sum, x) => sum + x * x, 0);
      },
    } as Objective;
    const start = new Float64Array(risk.dimension).fill(0.5);
    const flow = gradientFlow(ridge, start, { until: 50 });
    expect(flow.loss[0]).toBeCloseTo(ridge.value(start), 12);
    // small weights decay to 0, and the bias of the output to the minimum of (c − 1)² + c²
    expect(ridge.value(flow.theta)).toBeCloseTo(0.5, 4);
  }
});

test('the flow stops at a loss below 0', () => {
  // L = −x: x' = 1
  const line = {
    dimension: 1,
    value: (theta: ArrayLike<number>) => -theta[0]!,
    gradient(theta: ArrayLike<number>, out: Float64Array | Float32Array) {
      out[0] = -1;
      return -theta[0]!;
    },
  };
  const flow = gradientFlow(line, [0], { until: { time: 100, loss: -3 }, maxStep: 0.5 });
  expect(flow.status).toBe('stopped');
  expect(flow.end).toBeGreaterThanOrEqual(3);
  expect(flow.end).toBeLessThan(3.6);
});

test.each([
  [{ until: undefined }, 'until = undefined; allowed: a horizon or rules'],
  [{ until: '5' }, 'until = "5"'],
  [{ until: { loss: 1 } }, 'until.time = undefined; allowed: a finite number > 0'],
  [{ until: { time: 1, lose: 1 } }, 'until.lose = 1; allowed: options time, logTime, gradientNorm'],
  [{ until: { time: 1, loss: NaN } }, 'until.loss = NaN; allowed: a finite number'],
  [{ until: 1, saveAt: 5 }, 'saveAt = 5; allowed: a list of times'],
  [{ until: 1, saveAt: [0.5, 0.2] }, 'saveAt[1] = 0.2; allowed: times from 0 to 1, in order'],
  [undefined, 'options = undefined; allowed: an object'],
])('a wrong option is named with what is allowed (%#)', (options, message) => {
  expect(() => gradientFlow(reluRisk(), [1, 1, 1, 1], options as never)).toThrow(message);
});

test('what is no objective is refused', () => {
  expect(() => gradientFlow({} as never, [1], { until: 1 })).toThrow('objective.dimension');
  expect(() => gradientFlow({ dimension: 1 } as never, [1], { until: 1 })).toThrow(
    'objective.value = undefined; allowed: a function',
  );
});

test('a start of the wrong length or not finite is refused', () => {
  const risk = empiricalRisk(network([1, 1], { activation: 'identity' }), {
    inputs: [1],
    targets: [1],
  });
  expect(() => gradientFlow(risk, [1], { until: 1 })).toThrow('theta0.length = 1; allowed: 2');
  expect(() => gradientFlow(risk, [1, Infinity], { until: 1 })).toThrow('theta0[1] = Infinity');
});

/** L = θ⁴/4: Θ_t = 1/√(1 + 2t) from 1. */
const quartic: Objective = {
  dimension: 1,
  smooth: true,
  value: (theta) => theta[0]! ** 4 / 4,
  gradient(theta, out) {
    out[0] = theta[0]! ** 3;
    return theta[0]! ** 4 / 4;
  },
  hessian(theta, out) {
    out[0] = 3 * theta[0]! ** 2;
  },
};

test('a horizon may be given in log t: a slow flow keeps its closed form to t = e³⁰', () => {
  const saveAt = [0, 1e-3, 1, 1e3, 1e6, 1e9, 1e12];
  const flow = gradientFlow(quartic, [1], {
    until: { logTime: 30 },
    saveAt,
    rtol: 1e-9,
    atol: 1e-15,
  });
  expect(flow.status).toBe('finished');
  expect(flow.end).toBe(Math.exp(30));
  expect([...flow.t]).toEqual(saveAt);
  saveAt.forEach((t, i) => {
    const exact = 1 / Math.sqrt(1 + 2 * t);
    expect(Math.abs(flow.y[i]![0]! / exact - 1)).toBeLessThan(1e-6);
    expect(Math.abs(flow.speed[i]! / exact ** 3 - 1)).toBeLessThan(1e-5);
  });
  expect(Math.abs(flow.theta[0]! * Math.sqrt(1 + 2 * flow.end) - 1)).toBeLessThan(1e-6);
  expect(flow.energy!.dissipated).toBeCloseTo(0.25, 7);
  expect(Math.abs(flow.energy!.residual)).toBeLessThan(1e-7);
});

test('a horizon given by its logarithm is that of the times to save, whatever its rounding', () => {
  for (const horizon of [1e-3, 0.7, 1e3, 1e6, 1e9, 1e12, 3e15]) {
    const saveAt = logarithmicTimes(horizon / 1e5, horizon, 3);
    const flow = gradientFlow(quartic, [1], { until: { logTime: Math.log(horizon) }, saveAt });
    expect([...flow.t]).toEqual([...saveAt]);
    expect([flow.status, flow.end]).toEqual(['finished', horizon]);
  }
  const late = { until: { logTime: Math.log(1e3) }, saveAt: [1e3 + 1e-9] };
  expect(() => gradientFlow(quartic, [1], late)).toThrow(/saveAt\[0\] = 1000.000000001/);
});

test('in t and in log t the flow of a 1-16-1 tanh network is the same', () => {
  const options = { saveAt: [1, 10, 100], rtol: 1e-7, atol: 1e-9 };
  const plain = gradientFlow(tanhRisk(), tanhFlow.theta0, { ...options, until: 100 });
  const log = gradientFlow(tanhRisk(), tanhFlow.theta0, {
    ...options,
    until: { logTime: Math.log(100) + 1e-12 },
  });
  plain.y.forEach((theta, i) => {
    theta.forEach((x, k) => expect(Math.abs(x - log.y[i]![k]!)).toBeLessThan(1e-5));
  });
  expect(Math.abs(log.energy!.residual)).toBeLessThan(1e-6);
});

test('a horizon in log t is refused beside one in t, and beyond e^700', () => {
  const run = (until: object) => () => gradientFlow(quartic, [1], { until });
  expect(run({ logTime: 1, time: 1 })).toThrow(/until\.time = 1; .*logTime/);
  expect(run({ logTime: 701 })).toThrow(/until\.logTime = 701/);
  expect(run({ logTime: Number.NaN })).toThrow(/until\.logTime = NaN/);
  expect(run({})).toThrow(/until\.time/);
});
