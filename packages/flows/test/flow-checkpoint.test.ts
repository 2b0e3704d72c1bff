import { ArgumentError } from '@nonsmooth/core';
import {
  abs,
  add,
  max,
  mul,
  norm,
  objective,
  relu,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Traceable,
  type Value,
} from '@nonsmooth/autodiff';
import type { LossName } from '@nonsmooth/kernels';
import { empiricalRisk, initialize, network, populationRisk, xavierUniform } from '@nonsmooth/nets';
import {
  auto,
  bdf,
  dormandPrince54,
  exprb53,
  radauIIA5,
  rock4,
  type Checkpoint,
  type Method,
} from '@nonsmooth/ode';
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
  type InclusionCheckpoint,
  type InclusionFlow,
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
      saved = JSON.stringify(progress.checkpoint());
      rows = progress.saved.t.length;
      return progress.steps < at;
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
  expect(last).toEqual(steps.residual.slice(steps.residual.length - last.length));
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

const entry = (x: Value, i: number): Value => reshape(slice(x, [i], [i + 1]), []);

/** Functions with kinks of every sort: held, crossed, fresh at the start, curved, tied, norms that come to 0. */
const functions: readonly (readonly [string, Traceable, readonly number[]])[] = [
  ['absolute values', (x) => add(sum(abs(x)), sum(square(sub(x, [0.3, 2, -3])))), [2, -1, 0]],
  [
    'a curved surface',
    (x) => add(abs(sub(entry(x, 1), square(entry(x, 0)))), square(sub(entry(x, 0), 1))),
    [0, 0],
  ],
  ['a maximum of three', (x) => add(max(x), mul(0.5, sum(square(x)))), [3, 2, 1]],
  ['a norm', (x) => add(norm(x), mul(0.5, sum(square(x)))), [0.3, -0.4, 0.1]],
  ['a concave kink', (x) => sub(sum(square(x)), sum(relu(x))), [0, 1]],
];

test.each(functions)(
  'a flow across kinks goes on from any checkpoint as JSON: %s',
  (_name, f, x0) => {
    const kinkedFunction = objective(f, x0.length);
    for (let at = 1; at < 14; at++) {
      expectSame(
        pieces((one) => gradientFlow(kinkedFunction, x0, { ...options, until: 3, ...one }), at),
      );
    }
  },
);

const kinked = (widths: readonly [number, ...number[]], loss: LossName) => {
  const relu = network(widths, { activation: 'relu' });
  const x = Array.from({ length: 12 }, (_, i) =>
    Array.from({ length: widths[0] }, (_one, j) => Math.sin(i + 3 * i * j)),
  );
  const targets = x.map((row) =>
    Array.from({ length: widths.at(-1)! }, (_, k) => row[0]! ** 2 - k),
  );
  const start = initialize(relu, xavierUniform, key(2));
  return { relu, start, risk: empiricalRisk(relu, { inputs: x, targets, loss }) };
};

test.each<[number[], LossName]>([
  [[1, 5, 1], 'squared'],
  [[1, 4, 1], 'absoluteError'],
  [[2, 5, 2], 'squared'],
  [[2, 4, 3, 1], 'huber'],
])(
  'the flow of a ReLU network %s, %s, goes on from any checkpoint, with its whole itinerary',
  (widths, loss) => {
    const { risk, start } = kinked(widths as never, loss);
    for (const at of [1, 2, 5, 9, 17, 30]) {
      const found = pieces((one) => gradientFlow(risk, start, { ...options, ...one }), at);
      expectSame(found);
      const { itinerary, uniqueUntil, atRestSince, stationarity } = found.whole as InclusionFlow;
      expect(found.after).toMatchObject({ itinerary, uniqueUntil, atRestSince, stationarity });
    }
  },
);

test('the normalized flow across kinks goes on from a checkpoint, in log time too', () => {
  const { relu, risk, start } = kinked([1, 5, 1], 'squared');
  const onManifold = normalize(relu, start);
  for (const until of [5, { logTime: 3 }]) {
    for (const at of [2, 12]) {
      expectSame(pieces((one) => normalizedFlow(relu, risk, onManifold, { until, ...one }), at));
    }
  }
});

test('checkpoints of flows across kinks and of smooth ones are not taken for each other', () => {
  const { risk: withKinks, start } = kinked([1, 3, 1], 'squared');
  const smooth = pieces((one) => gradientFlow(risk, theta0, { ...options, ...one }), 2).before!;
  const across = pieces((one) => gradientFlow(withKinks, start, { ...options, ...one }), 2).before!;
  const go = (from: FlowCheckpoint) => () => gradientFlow(withKinks, start, { until: 2, from });
  expect(go(smooth)).toThrow(/from.integration.*across kinks/);
  expect(() => gradientFlow(risk, theta0, { until: 2, from: across })).toThrow(/smooth flow/);
  const saved = across.integration as InclusionCheckpoint;
  const damaged = (change: Partial<InclusionCheckpoint>) =>
    go({ ...across, integration: { ...saved, ...change } });
  expect(damaged({ y: [1] })).toThrow(/from.integration.y.length/);
  expect(damaged({ sides: saved.sides.map(() => Number.NaN) })).toThrow(/from.integration.sides/);
  expect(damaged({ t: 3 })).toThrow(/from.integration.t.*times from 0 to 2/);
  expect(damaged({ fresh: 1 as never })).toThrow(/from.integration.fresh/);
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
  refused({}, { until: (from.integration as Checkpoint).progress.t / 2 });
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
