import { readFileSync } from 'node:fs';
import { descend, gradientFlow, invariants, reluFlow, sgd, type ReluFlow } from '@nonsmooth/flows';
import { empiricalRisk, initialize, network, normalWeights, realize } from '@nonsmooth/nets';
import { solve } from '@nonsmooth/ode';
import { foldIn, integers, key, normal } from '@nonsmooth/tensor';
import { describe, expect, test } from 'vitest';

interface Case {
  readonly name: string;
  readonly widths: number[];
  readonly x: number[];
  readonly y: number[];
  readonly theta0: number[];
  readonly times: number[];
  readonly theta: number[][];
  readonly itinerary: [number, number, number, string][];
  readonly eventsAtZero: number;
  readonly uniqueUntil: number | null;
}

const { cases } = JSON.parse(
  readFileSync(new URL('data/relu-flows.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

describe.each(cases)('the flow $name', (reference) => {
  const net = network(reference.widths, { activation: 'relu' });
  const data = { inputs: reference.x, targets: reference.y };
  const follow = (rtol: number) => {
    const flow = reluFlow(net, data, reference.theta0, {
      until: reference.times.at(-1)!,
      saveAt: reference.times,
      rtol,
      atol: rtol / 100,
    });
    const error = Math.max(
      ...reference.theta.flatMap((theta, i) => theta.map((x, k) => Math.abs(x - flow.y[i]![k]!))),
    );
    return { flow, error };
  };

  test.each([
    [1e-8, 1e-7],
    [1e-10, 1e-9],
  ])('reaches the reference at rtol %s to %s, with its itinerary', (rtol, bound) => {
    const { flow, error } = follow(rtol);
    expect(error).toBeLessThan(bound);
    const { itinerary } = flow;
    expect(flow.uniqueUntil ?? null).toBe(reference.uniqueUntil);
    expect(itinerary.map(({ neuron, input, kind }) => [neuron, input[0], kind])).toEqual(
      reference.itinerary.map(([, neuron, x, kind]) => [neuron, x, kind]),
    );
    itinerary.forEach(({ t }, i) => {
      expect(Math.abs(t - reference.itinerary[i]![0])).toBeLessThan(1e-4);
    });
  });

  test('keeps the conserved quantities, and the risk never increases', () => {
    const conserved = invariants(net);
    const { flow } = follow(1e-9);
    const risk = empiricalRisk(net, data);
    let previous = risk.value(Float64Array.from(reference.theta0));
    for (const theta of flow.y) {
      expect(conserved.drift(theta, Float64Array.from(reference.theta0))).toBeLessThan(1e-7);
      const value = risk.value(theta);
      expect(value).toBeLessThan(previous);
      previous = value;
    }
  });
});

test('where it slides, stepping across the kinks costs more than 15 times the right-hand sides', () => {
  const reference = cases.find(({ name }) => name === 'sliding')!;
  const net = network(reference.widths, { activation: 'relu' });
  const data = { inputs: reference.x, targets: reference.y };
  const end = reference.theta.at(-1)!;
  const error = (theta: Float64Array): number =>
    Math.max(...end.map((x, k) => Math.abs(x - theta[k]!)));
  const options = { until: reference.times.at(-1)!, rtol: 1e-4, atol: 1e-6 };
  const sliding = reluFlow(net, data, reference.theta0, options);
  expect(error(sliding.y.at(-1)!)).toBeLessThan(1e-4);
  const across = gradientFlow(empiricalRisk(net, data), reference.theta0, {
    ...options,
    kinks: 'ignored',
    rtol: 1e-6,
    atol: 1e-8,
    saveAt: [options.until],
  });
  expect(error(across.y.at(-1)!)).toBeGreaterThan(3e-5);
  expect(across.statistics.rhs).toBeGreaterThan(15 * sliding.statistics.rhs);
});

test('neurons whose forces stay in balance neither chatter nor end the flow, at loose tolerances either', () => {
  const net = network([1, 4, 1], { activation: 'relu' });
  const inputs = Array.from({ length: 20 }, (_, i) => i / 19);
  const targets = inputs.map((x) => Math.sin(2 * Math.PI * x));
  for (const start of [0, 4]) {
    const theta0 = initialize(net, normalWeights(1), foldIn(foldIn(key(1), start), 4), {
      biases: normalWeights(1),
    });
    const run = (rtol: number) =>
      reluFlow(net, { inputs, targets }, theta0, { until: 400, rtol, atol: rtol / 100 });
    const [loose, strict] = [run(1e-5), run(1e-8)];
    expect([loose.status, strict.status]).toEqual(['finished', 'finished']);
    const apart = strict.theta.map((x, i) => Math.abs(x - loose.theta[i]!));
    expect(Math.max(...apart)).toBeLessThan(1e-2);
  }
});

test('locating the kinks without freezing the pattern of a step gains nothing', () => {
  const reference = cases.find(({ name }) => name === 'crossings-only')!;
  const net = network(reference.widths, { activation: 'relu' });
  const data = { inputs: reference.x, targets: reference.y };
  const until = reference.times.at(-1)!;
  const error = (theta: Float64Array): number =>
    Math.max(...reference.theta.at(-1)!.map((x, k) => Math.abs(x - theta[k]!)));
  const options = { rtol: 1e-6, atol: 1e-8 };
  const frozen = reluFlow(net, data, reference.theta0, { until, ...options });
  const risk = empiricalRisk(net, data);
  const hidden = reference.widths[1]!;
  const located = solve(
    {
      rhs(_t, theta, out) {
        risk.gradient(theta, out);
        for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
      },
      y0: reference.theta0,
      t0: 0,
      t1: until,
    },
    {
      ...options,
      events: Array.from({ length: hidden * reference.x.length }, (_, k) => {
        const [j, x] = [k % hidden, reference.x[Math.floor(k / hidden)]!];
        return {
          value: (_t: number, theta: Float64Array) => theta[j]! * x + theta[hidden + j]!,
          // restarts the method there
          reset: () => {},
        };
      }),
    },
  );
  expect(error(frozen.theta)).toBeLessThan(1e-6);
  expect(located.statistics.rhs).toBeGreaterThan(1.5 * frozen.statistics.rhs);
  expect(error(located.y.at(-1)!)).toBeGreaterThan(300 * error(frozen.theta));
});

test('dL/dt = −‖Θ′‖² holds across kinks and along them, and is lost by steps across them', () => {
  for (let start = 0; start < 6; start++) {
    const draw = (use: number, shape: number[]) =>
      normal(foldIn(foldIn(key(31), start), use), shape);
    const net = network([2, 5, 2], { activation: 'relu' });
    const data = { inputs: draw(0, [10, 2]), targets: draw(1, [10, 2]) };
    const theta0 = draw(2, [net.dimension]).data as Float64Array;
    const options = { until: 3, rtol: 1e-9, atol: 1e-11 };
    const along = reluFlow(net, data, theta0, options);
    expect(along.itinerary.length).toBeGreaterThan(2);
    expect(along.energy!.dissipated).toBeGreaterThan(0.3);
    expect(Math.abs(along.energy!.residual)).toBeLessThan(1e-7);
    const across = gradientFlow(empiricalRisk(net, data), theta0, {
      ...options,
      fixedStep: 3 / 1000,
      kinks: 'ignored',
    });
    const smooth = reluFlow(net, data, theta0, { ...options, fixedStep: 3 / 1000 });

    expect(across.energy!.largestStepResidual).toBeGreaterThan(
      100 * smooth.energy!.largestStepResidual,
    );
  }
});

/** On how many kinks at once a neuron is held at most. */
function heldTogether({ itinerary }: ReluFlow): number {
  const held = new Map<number, number>();
  let most = 0;
  for (const { neuron, kind } of itinerary) {
    const change = kind === 'slide' ? 1 : kind.startsWith('exit') ? -1 : 0;
    const now = (held.get(neuron) ?? 0) + change;
    held.set(neuron, now);
    most = Math.max(most, now);
  }
  return most;
}

/**
 * One neuron and one sample (x, y): with R = v·relu(z) + c − y, z = wx + b and the time dτ = 2R dt, linear while z > 0:
 * z = z₀cosh kτ − kv₀sinh kτ, v = v₀cosh kτ − (z₀/k)sinh kτ, c = c₀ − τ, k² = 1 + x².
 */
describe('the flow of one neuron on one sample follows its closed form', () => {
  const [x, y] = [2, -1];
  const k = Math.sqrt(1 + x * x);
  const closed = (tau: number, [w, b, v, c]: readonly number[]) => {
    const z = w! * x + b!;
    const [cosh, sinh] = [Math.cosh(k * tau), Math.sinh(k * tau)];
    const zTau = z * cosh - k * v! * sinh;
    const share = (zTau - z) / (k * k);
    return {
      z: zTau,
      theta: [w! + share * x, b! + share, v! * cosh - (z / k) * sinh, c! - tau],
    };
  };
  /** t = ∫dτ/(2R) by Simpson's rule. */
  const time = (tau: number, start: readonly number[]): number => {
    const rate = (s: number): number => {
      const { z, theta } = closed(s, start);
      return 1 / (2 * (theta[2]! * z + theta[3]! - y));
    };
    const n = 20_000;
    let sum = rate(0) + rate(tau);
    for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * rate((i * tau) / n);
    return (sum * tau) / (3 * n);
  };
  const net = network([1, 1, 1], { activation: 'relu' });
  const flow = (start: readonly number[], until: number) =>
    reluFlow(net, { inputs: [x], targets: [y] }, start, { until, rtol: 1e-10, atol: 1e-12 });
  const apart = (a: ArrayLike<number>, b: readonly number[]): number =>
    Math.max(...b.map((one, i) => Math.abs(one - a[i]!)));

  test('while it is active', () => {
    const start = [0.5, 0.7, -0.3, 0.4];
    for (const tau of [0.03, 0.08, 0.15]) {
      const { theta } = flow(start, time(tau, start));
      expect(apart(theta, closed(tau, start).theta)).toBeLessThan(1e-9);
    }
  });

  test('and when it dies: from then on c − y decays like e⁻²ᵗ', () => {
    const start = [0.1, 0.05, 0.8, 0.4];
    // z = 0 at tanh kτ = z₀/(kv₀)
    const tau = Math.atanh((start[0]! * x + start[1]!) / (k * start[2]!)) / k;
    const death = time(tau, start);
    const [w, b, v, c] = closed(tau, start).theta;
    const run = flow(start, death + 1.5);
    expect(run.itinerary.map(({ kind }) => kind)).toEqual(['die']);
    expect(run.itinerary[0]!.t).toBeCloseTo(death, 9);
    const expected = [w!, b!, v!, y + (c! - y) * Math.exp(-3)];
    expect(apart(run.theta, expected)).toBeLessThan(1e-9);
  });
});

test.each([
  ['one input, two outputs', [1, 5, 2], 20],
  ['two inputs, two outputs', [2, 5, 2], 0.7],
])('%s: the invariants hold through crossings and sliding', (_name, widths, until) => {
  const net = network(widths, { activation: 'relu' });
  let slides = 0;
  for (let start = 0; start < 8; start++) {
    const draw = (use: number, shape: number[]) => normal(foldIn(key(start), use), shape);
    const inputs = draw(0, [8, widths[0]!]);
    const targets = draw(1, [8, widths[2]!]);
    const theta0 = draw(2, [net.dimension]).data as Float64Array;
    const flow = reluFlow(net, { inputs, targets }, theta0, { until, rtol: 1e-9, atol: 1e-11 });
    slides += flow.itinerary.filter(({ kind }) => kind === 'slide').length;
    expect(invariants(net).drift(flow.y.at(-1)!, theta0)).toBeLessThan(1e-6);
  }
  expect(slides).toBeGreaterThan(2);
});

test.each<[string, number[], boolean, number, number]>([
  ['two inputs', [2, 4, 1], false, 8, 2],
  ['two inputs on a grid', [2, 4, 1], true, 2, 3],
  ['two inputs on a grid, two outputs', [2, 6, 2], true, 2, 2],
  ['three inputs', [3, 5, 1], false, 7, 2],
  ['three inputs on a grid', [3, 5, 1], true, 6, 3],
])(
  '%s: where neurons slide on several kinks at once, it is the limit of gradient descent',
  (_name, widths, grid, start, together) => {
    const net = network(widths, { activation: 'relu' });
    const draw = (use: number, shape: number[]) =>
      normal(foldIn(foldIn(key(77), start), use), shape);
    const n = widths[0]!;
    const samples = grid ? 3 ** n : 9;
    const inputs = grid
      ? Array.from({ length: samples }, (_, s) =>
          Array.from({ length: n }, (_unused, i) => (Math.floor(s / 3 ** i) % 3) - 1),
        )
      : draw(0, [9, n]);
    const data = { inputs, targets: draw(1, [samples, widths[2]!]) };
    const theta0 = draw(2, [net.dimension]).data as Float64Array;
    const flow = reluFlow(net, data, theta0, { until: 30, rtol: 1e-8, atol: 1e-10 });
    expect(flow.uniqueUntil).toBeUndefined();
    // of kinks on a line two determine the third
    expect([together, together - 1]).toContain(heldTogether(flow));

    // chattering steps of size h follow a sliding solution at a distance O(h)
    const risk = empiricalRisk(net, data);
    const gradient = new Float64Array(net.dimension);
    const distance = (h: number): number => {
      const theta = Float64Array.from(theta0);
      for (let k = 0; k < Math.round(30 / h); k++) {
        risk.gradient(theta, gradient);
        for (let i = 0; i < theta.length; i++) theta[i]! -= h * gradient[i]!;
      }
      return Math.max(...theta.map((x, i) => Math.abs(x - flow.y.at(-1)![i]!)));
    };
    const coarse = distance(2e-3);
    expect(coarse).toBeLessThan(1e-2);
    expect(distance(2e-4) / coarse).toBeLessThan(0.15);
  },
);

test('at w = b = 0 a neuron stays where no direction descends, and the solution is not unique where one does', () => {
  const net = network([1, 1, 1], { activation: 'relu' });
  const start = (target: number) =>
    reluFlow(net, { inputs: [-1, 0, 2], targets: [target, target, target] }, [0, 0, 1, 0], {
      until: 0.1,
      rtol: 1e-9,
      atol: 1e-11,
    });
  // targets below the output: switching on would raise the risk
  const below = start(-1);
  expect(below.y.at(-1)!.slice(0, 3)).toEqual(Float64Array.of(0, 0, 1));
  expect(below.uniqueUntil).toBeUndefined();
  const above = start(1);
  expect(above.y.at(-1)!.slice(0, 3)).toEqual(Float64Array.of(0, 0, 1));
  expect(above.uniqueUntil).toBe(0);
});

test('a start on a kink that repels goes to the side off, and says that it could have gone on', () => {
  // one neuron on the kink of x = 0, which its samples at ±1 pull off and its own target pulls on
  const net = network([1, 2, 1], { activation: 'relu' });
  const flow = reluFlow(net, { inputs: [-1, 0, 1], targets: [0, 5, 0] }, [1, 1, 0, 10, 1, 0, 1], {
    until: 0.01,
  });
  expect(flow.itinerary.slice(0, 2).map(({ kind }) => kind)).toEqual(['several', 'off']);
  expect(flow.uniqueUntil).toBe(0);
});

test('a start exactly on a kink goes on as the limit of starts beside it', () => {
  // integer weights on integer inputs: pre-activations are exact; the neuron is on the kink of x = 1
  const net = network([1, 2, 1], { activation: 'relu' });
  const inputs = [-1, 0, 1, 2, 3];
  const decided = { on: 0, off: 0, slide: 0 };
  for (let i = 0; i < 240; i++) {
    const [w1, w2, b2, v1, v2, c, ...targets] = integers(foldIn(key(3), i), [11], -3, 4);
    const onKink = inputs.some((x) => w2! * x === -b2!);
    if (w1 === 0 || w2 === 0 || onKink) continue;
    const theta0 = [w1!, w2!, -w1!, b2!, v1!, v2!, c!];
    const run = (shift: number) =>
      reluFlow(
        net,
        { inputs, targets },
        theta0.map((x, k) => (k === 2 ? x + shift : x)),
        {
          until: 0.02,
          rtol: 1e-9,
          atol: 1e-11,
        },
      );
    const exact = run(0);
    const first = exact.itinerary[0]!;
    expect(first.t).toBe(0);
    // repelling kinks and dead neurons have several solutions: nothing to compare with
    if (exact.uniqueUntil !== undefined || !(first.kind in decided)) continue;
    const [above, below] = [run(1e-9).y.at(-1)!, run(-1e-9).y.at(-1)!];
    const apart = (a: Float64Array, b: Float64Array): number =>
      Math.max(...a.map((x, k) => Math.abs(x - b[k]!)));
    if (apart(above, below) > 1e-6) continue;
    decided[first.kind as keyof typeof decided]++;
    expect(apart(exact.y.at(-1)!, above)).toBeLessThan(1e-6);
  }
  for (const count of Object.values(decided)) expect(count).toBeGreaterThan(0);
});

test.each([
  {
    inputs: [1, -1, -1, 1],
    targets: [0, -1, -1, -2],
    theta0: [-1, -2, 1, -2, 1, -2, -2, -2, -1, -2, 1, -2, -2],
  },
  {
    inputs: [-1, 1, -1, -1],
    targets: [2, -1, 1, 2],
    theta0: [-1, 1, -2, 1, -2, 0, 2, -1, -1, -2, -2, -2, -2],
  },
  // from the start on, where the residual or the outgoing weight is 0
  { inputs: [-1, 1], targets: [-2, 1], theta0: [-2, 1, 2, -2, -1, -1, 1] },
  {
    inputs: [-1, 1, -2, -1],
    targets: [1, 1, -2, 1],
    theta0: [0, -1, -2, 1, 2, 1, 1, 1, 2, 0, 0, 1, -1],
  },
])('a kink that turns repelling under a neuron ends uniqueness (%#)', (one) => {
  const { inputs, targets, theta0 } = one;
  const hidden = (theta0.length - 1) / 3;
  const net = network([1, hidden, 1], { activation: 'relu' });
  const options = { until: 1.5, rtol: 1e-9, atol: 1e-11 };
  const flow = reluFlow(net, { inputs, targets }, theta0, options);
  expect(flow.status).toBe('finished');
  const { neuron, input, t } = flow.itinerary.find(
    ({ kind }) => kind === 'several' || kind === 'could-leave',
  )!;
  expect(flow.uniqueUntil).toBe(t);
  // its force 2vR passes 0: the outgoing weight does, or the residual
  const theta =
    t > 0 ? reluFlow(net, { inputs, targets }, theta0, { ...options, until: t }).theta : theta0;
  const here = targets.filter((_, i) => inputs[i] === input[0]);
  const mean = here.reduce((sum, y) => sum + y, 0) / here.length;
  const residual = realize(net, theta, [input[0]!]).data[0]! - mean;
  expect(theta[2 * hidden + neuron]! * residual).toBeCloseTo(0, 8);
  // from there on it follows the solution that gradient descent with relu'(0) = 0 tends to
  const risk = empiricalRisk(net, { inputs, targets });
  const errors = [1e-3, 1e-4].map((learningRate) => {
    const { theta } = descend(risk, theta0, sgd({ learningRate }), {
      steps: Math.round(1.5 / learningRate),
    });
    return Math.hypot(...theta.map((x, i) => x - flow.theta[i]!));
  });
  expect(errors[1]!).toBeLessThan(2e-3);
  expect(errors[1]! / errors[0]!).toBeLessThan(0.15);
});

test('small integer problems, which start on kinks and corners, are the limit of descent where they are unique', () => {
  let unique = 0;
  for (let i = 0; i < 40; i++) {
    const draw = (use: number, shape: readonly number[]): number[] =>
      Array.from(integers(foldIn(foldIn(key(2), i), use), shape, -2, 3));
    const [width, hidden, outputs, samples] = [
      i % 3 === 2 ? 2 : 1,
      1 + (i % 4),
      i % 5 === 0 ? 2 : 1,
      1 + (i % 6),
    ];
    const rows = (use: number, columns: number): number[][] =>
      Array.from({ length: samples }, (_, s) => draw(use + s, [columns]));
    const widths = i % 4 === 3 ? [width, hidden, 2, outputs] : [width, hidden, outputs];
    const net = network(widths, { activation: 'relu' });
    const data = { inputs: rows(10, width), targets: rows(40, outputs) };
    // with outgoing weights that are not 0
    const theta0 = draw(5, [net.dimension]).map((x, k) =>
      x === 0 && k >= (width + 1) * hidden ? 1 : x,
    );
    const flow = reluFlow(net, data, theta0, { until: 1, rtol: 1e-9, atol: 1e-11 });
    expect(flow.status).toBe('finished');
    if (flow.uniqueUntil !== undefined) continue;
    unique++;
    const risk = empiricalRisk(net, data);
    const { theta } = descend(risk, theta0, sgd({ learningRate: 1e-4 }), { steps: 10_000 });
    expect(Math.hypot(...theta.map((x, k) => x - flow.theta[k]!))).toBeLessThan(2e-2);
  }
  expect(unique).toBeGreaterThan(20);
});

test('equal inputs switch as one, and the risk counts their spread', () => {
  const net = network([1, 3, 1], { activation: 'relu' });
  const theta0 = normal(key(21), [net.dimension]).data as Float64Array;
  const options = { until: 2, rtol: 1e-9, atol: 1e-11 };
  const twice = reluFlow(net, { inputs: [0.5, 0.5, 1, 1], targets: [0, 2, 1, 1] }, theta0, options);
  const once = reluFlow(net, { inputs: [0.5, 1], targets: [1, 1] }, theta0, options);
  const apart = twice.theta.map((x, i) => Math.abs(x - once.theta[i]!));
  expect(Math.max(...apart)).toBeLessThan(1e-8);
  expect(twice.itinerary.length).toBe(once.itinerary.length);
});

test('what the theory does not cover is refused with the hypothesis that fails', () => {
  const net = network([1, 2, 1], { activation: 'tanh' });
  const run = (): unknown =>
    reluFlow(net, { inputs: [1, 2], targets: [1, 2] }, new Float64Array(net.dimension).fill(1), {
      until: 1,
    });
  expect(run).toThrow(/network.activation = "tanh"; allowed: one with a kink/);
});

test('at all kinks of a neuron at once the flow goes on where the neuron is not needed', () => {
  const inputs = normal(key(4), [60, 2]);
  const flow = reluFlow(
    network([2, 1, 1], { activation: 'relu' }),
    { inputs, targets: new Float64Array(60) },
    [0, 0, 0, 1, 2],
    { until: 1, rtol: 1e-8, atol: 1e-10 },
  );
  // the output is too large: to switch on would raise the risk
  expect(flow.status).toBe('finished');
  expect([...flow.theta.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
  expect(flow.theta[4]!).toBeCloseTo(2 * Math.exp(-2), 7);
});

test.each([
  [{ inputs: [NaN, 1], targets: [1, 2] }, /inputs\[0\] = NaN; allowed: finite numbers/],
  [{ inputs: [], targets: [] }, /inputs.shape = \[0\]; allowed: one or more samples/],
  [{ inputs: [1, 2], targets: [1] }, /targets.shape = \[1, 1\]; allowed: 2 samples/],
  [{ inputs: [[1, 2]], targets: [1] }, /inputs.shape = \[1, 2\]; allowed: \[samples, 1\]/],
  [undefined as never, /data = undefined/],
])('samples that do not fit are refused at any depth (%#)', (data, message) => {
  const net = network([1, 1, 1], { activation: 'relu' });
  expect(() => reluFlow(net, data, [1, 1, 1, 1], { until: 1 })).toThrow(message);
});
