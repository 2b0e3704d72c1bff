import { ArgumentError } from '@nonsmooth/core';
import { empiricalRisk, initialize, network, populationRisk, xavierUniform } from '@nonsmooth/nets';
import { auto, bdf, dormandPrince54, exprb53, radauIIA5, rock4, type Method } from '@nonsmooth/ode';
import { key } from '@nonsmooth/tensor';
import { expect, test } from 'vitest';
import {
  gradientFlow,
  logarithmicTimes,
  normalize,
  normalizedFlow,
  type Flow,
  type FlowCheckpoint,
  type FlowContinuation,
  type FlowOptions,
} from '../src/index.js';

const net = network([1, 4, 1], { activation: 'tanh' });
const inputs = Array.from({ length: 12 }, (_, i) => -1 + i / 5.5);
const risk = empiricalRisk(net, { inputs, targets: inputs.map((x) => x * x) });
const theta0 = initialize(net, xavierUniform, key(3));

/** A flow in one piece, and the same continued from a checkpoint that went through JSON. */
function pieces(
  run: (continuation: FlowContinuation) => Flow,
  at: number,
): { whole: Flow; before: FlowContinuation['from']; rows: number; after: Flow } {
  const whole = run({});
  let saved: string | undefined;
  let rows = 0;
  run({
    observe(progress) {
      if (progress.steps < at) return true;
      saved = JSON.stringify(progress.checkpoint());
      rows = progress.saved.t.length;
      return false;
    },
  });
  const before = JSON.parse(saved!) as FlowCheckpoint;
  return { whole, before, rows, after: run({ from: before }) };
}

function expectSame({ whole, rows, after }: ReturnType<typeof pieces>): void {
  expect(after.t).toEqual(whole.t.subarray(rows));
  expect(after.y).toEqual(whole.y.slice(rows));
  expect(after.loss).toEqual(whole.loss.subarray(rows));
  expect(after.speed).toEqual(whole.speed.subarray(rows));
  const { theta, end, status, reason, statistics, energy } = whole;
  const { steps, ...identity } = energy!;
  expect(after).toMatchObject({ theta, end, status, reason, statistics, energy: identity });
  const last = after.energy!.steps.residual;
  expect(last).toEqual(steps.residual.slice(-last.length));
}

const methods: readonly Method[] = [auto, bdf, dormandPrince54, exprb53, radauIIA5, rock4];
const options: FlowOptions = { until: 20, rtol: 1e-5, atol: 1e-8 };

test.each(methods)('a flow by $name goes on from a checkpoint as JSON, bit for bit', (method) => {
  for (const at of [1, 7]) {
    expectSame(pieces((one) => gradientFlow(risk, theta0, { ...options, method, ...one }), at));
  }
});

test('times to save before a checkpoint are not saved again', () => {
  const saveAt = [0, ...logarithmicTimes(1e-3, 20, 5)];
  const found = pieces((one) => gradientFlow(risk, theta0, { ...options, saveAt, ...one }), 6);
  expect(found.rows).toBeGreaterThan(1);
  expect(found.rows + found.after.t.length).toBe(saveAt.length);
  expectSame(found);
});

test('a flow in log time goes on from a checkpoint', () => {
  expectSame(
    pieces((one) => gradientFlow(risk, theta0, { ...options, until: { logTime: 8 }, ...one }), 5),
  );
});

test('the horizon may be a later one', () => {
  let saved: FlowCheckpoint | undefined;
  const fixed = { ...options, method: dormandPrince54 };
  const short = gradientFlow(risk, theta0, {
    ...fixed,
    observe(progress) {
      if (progress.steps === 5) saved = progress.checkpoint();
    },
  });
  const long = gradientFlow(risk, theta0, { ...fixed, until: 40, from: saved! });
  expect(long.end).toBe(40);
  expect(short.loss.at(-1)).toBeGreaterThan(long.loss.at(-1)!);
});

test('the normalized flow of a smooth risk goes on from a checkpoint', () => {
  const shallow = network([1, 3, 1], { activation: 'relu' });
  const exact = populationRisk(shallow, { interval: [0, 1], target: [0, 1, -1] });
  const start = normalize(shallow, initialize(shallow, xavierUniform, key(5)));
  expectSame(pieces((one) => normalizedFlow(shallow, exact, start, { until: 3, ...one }), 3));
});

test('flows across kinks are observed, and keep no checkpoints', () => {
  const relu = network([1, 3, 1], { activation: 'relu' });
  const kinked = empiricalRisk(relu, { inputs, targets: inputs.map((x) => x * x) });
  const start = initialize(relu, xavierUniform, key(2));
  let seen = 0;
  const flow = gradientFlow(kinked, start, {
    until: 2,
    observe(progress) {
      expect(progress.checkpoint()).toBeUndefined();
      seen++;
      return seen < 3;
    },
  });
  expect(flow.status).toBe('stopped');
  expect(flow.reason).toBe('observe returned false');
  const { before } = pieces((one) => gradientFlow(risk, theta0, { ...options, ...one }), 2);
  expect(() => gradientFlow(kinked, start, { until: 2, from: before! })).toThrow(/from.*kinks/);
});

test('a checkpoint of another flow is refused', () => {
  const { before } = pieces((one) => gradientFlow(risk, theta0, { ...options, ...one }), 2);
  const from = before!;
  const refused = (changed: object, more: Partial<FlowOptions> = {}) =>
    expect(() =>
      gradientFlow(risk, theta0, {
        ...options,
        ...more,
        from: { ...from, ...changed },
      }),
    ).toThrow(ArgumentError);
  refused({ saved: -1 });
  refused({ steps: 0.5 });
  refused({ integration: undefined });
  refused({}, { method: dormandPrince54 });
  refused({}, { until: from.integration.progress.t / 2 });
});

test.each([
  ['at every step', {}],
  ['at chosen times', { saveAt: [0, 0.01, 0.5, 3, 3, 11, 20] }],
  ['in log time', { until: { logTime: Math.log(20) }, saveAt: [0.3, 4, 20] }],
])('what a flow has dissipated %s is the loss it has lost', (_name, more) => {
  const accurate = { rtol: 1e-10, atol: 1e-13 };
  const flow = gradientFlow(risk, theta0, { ...options, ...accurate, ...more });
  const start = risk.value(theta0);
  flow.dissipated.forEach((lost, i) => {
    expect(Math.abs(start - flow.loss[i]! - lost)).toBeLessThan(1e-8);
  });
  expect(flow.dissipated.at(-1)).toBeCloseTo(flow.energy!.dissipated, 14);
  const without = gradientFlow(risk, theta0, { ...options, ...more, energy: false });
  expect(without.dissipated.at(-1)).toBeNaN();
});
