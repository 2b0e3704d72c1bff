import { frozenProgram } from '@nonsmooth/autodiff';
import { losses, lossNames, type ActivationName, type LossName } from '@nonsmooth/kernels';
import { empiricalRisk, network, tracedEmpiricalRisk } from '@nonsmooth/nets';
import { tensor } from '@nonsmooth/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gradientFlow, type InclusionFlow } from '../src/index.js';
import { DenseFunction } from '../src/inclusion/dense/dense-function.js';
import { DenseLayout } from '../src/inclusion/dense/dense-layout.js';
import { LineFunction } from '../src/inclusion/dense/line-function.js';
import { Entries, type KinkedFunction } from '../src/inclusion/kinked-function.js';
import { mergedFunction } from '../src/inclusion/merged-kinks.js';
import { TracedFunction } from '../src/inclusion/traced-function.js';

interface Problem {
  readonly widths: readonly number[];
  readonly activation: ActivationName;
  readonly loss: LossName;
  readonly samples: number;
  readonly numbers: readonly number[];
}

const coarse = fc.integer({ min: -8, max: 8 }).map((n) => n / 4);
const fine = fc.integer({ min: -1999, max: 1999 }).map((n) => n / 997 + 1e-4);

/** Networks of one to three hidden layers on samples some of which are equal. */
const problems = (
  activations: readonly ActivationName[],
  numbers: fc.Arbitrary<number>,
): fc.Arbitrary<Problem> =>
  fc.record({
    widths: fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 2 }),
      )
      .map(([first, hidden, last]) => [first, ...hidden, last]),
    activation: fc.constantFrom(...activations),
    loss: fc.constantFrom(...lossNames.filter((name) => !losses[name].relative)),
    samples: fc.integer({ min: 1, max: 6 }),
    numbers: fc.array(numbers, { minLength: 120, maxLength: 120 }),
  });

function riskOf({ widths, activation, loss, samples, numbers }: Problem) {
  const net = network(widths, { activation });
  const [first, last] = [widths[0]!, widths.at(-1)!];
  const at = (i: number): number => numbers[i % numbers.length]!;
  // the last sample repeats the first one's input
  const inputs = tensor(
    Float64Array.from({ length: samples * first }, (_, i) => at(i % ((samples - 1) * first || 1))),
    { shape: [samples, first] },
  );
  const { targets: kind } = losses[loss];
  const count = kind === 'classes' ? samples : samples * last;
  const targets = Float64Array.from({ length: count }, (_, i) => {
    if (kind === 'classes') return i % last;
    return kind === 'probabilities' ? Math.abs(at(i + 20)) / 3 : at(i + 20);
  });
  const data = { inputs, targets: tensor(targets, { shape: [samples, count / samples] }), loss };
  const start = Float64Array.from({ length: net.dimension }, (_, i) => at(7 * i + 40) + at(i) / 2);
  return { net, data, start };
}

/** Everything that two functions say about a point, as one list. */
function said(kinked: KinkedFunction, x: Float64Array, sides: Float64Array, held: Uint8Array) {
  const { count, dimension } = kinked;
  const pattern = { sides, held, tied: new Uint8Array(count) };
  for (let i = 0; i < count; i++) kinked.changed(sides, i);
  const gradient = new Float64Array(dimension);
  const found: number[] = [kinked.sweep(x, sides, gradient), ...gradient];
  for (let i = 0; i < count; i++) found.push(kinked.boundOf(i));
  const rows = [...held.keys()]
    .filter((i) => held[i])
    .map((kink) => ({ kink, entry: kink, base: -1 }));
  const lambda = Float64Array.from(rows, (_, i) => 0.5 - i / 3);
  found.push(kinked.sweep(x, sides, gradient, rows, lambda), ...gradient);
  for (let i = 0; i < count; i++) found.push(kinked.boundOf(i));
  for (const row of rows) {
    kinked.row(x, sides, row, gradient);
    found.push(...gradient, kinked.rowValue(x, sides, row));
    for (let i = 0; i < count; i++) found.push(kinked.slopeOf(i));
  }
  const all = new Entries();
  for (let i = 0; i < count; i++) all.add(i);
  const values = new Float64Array(count);
  kinked.values(x, sides, values);
  found.push(...values);
  const v = x.map((entry, i) => Math.sin(i) + entry);
  kinked.velocities(x, sides, v, all, values);
  found.push(...values);
  kinked.gapsAt(x, pattern, all, values);
  found.push(...values);
  const nodes = Array.from({ length: 5 }, () => new Float64Array(count));
  kinked.gapsOn(stepFrom(x), 0.75, 4, pattern, all, nodes);
  for (const gaps of nodes) found.push(...gaps);
  return found;
}

const stepFrom = (x: Float64Array) => ({
  start: 0,
  end: 0.75,
  step: 1,
  degree: 3,
  coefficients: [0, 1, 2, 3].map((q) => (q === 0 ? x : x.map((_, i) => 0.2 * Math.cos(3 * i + q)))),
});

test('dense networks are the frozen functions of their programs', () => {
  fc.assert(
    fc.property(
      problems(['relu', 'leakyRelu'], fine),
      fc.array(fc.constantFrom(-1, 1, 1, -1, 0), { minLength: 120, maxLength: 120 }),
      (problem, choices) => {
        const { net, data, start } = riskOf(problem);
        const risk = empiricalRisk(net, data);
        const layout = DenseLayout.of(risk)!;
        const dense = new DenseFunction(layout);
        const kernel = risk.frozen();
        const byKernels = layout.loss.kinks ? dense : new DenseFunction(layout);
        if (!layout.loss.kinks) byKernels.use(kernel);
        const traced = new TracedFunction(mergedFunction(frozenProgram(risk.program), start));
        expect(dense.count).toBe(traced.count);
        for (let i = 0; i < dense.count; i++) {
          const [a, b] = [dense.kink(i), traced.kink(i)];
          expect([a.affine, a.nested, a.size]).toEqual([b.affine, b.nested, b.size]);
        }
        const sides = Float64Array.from({ length: dense.count }, (_, i) => choices[i % 120]!);
        const held = Uint8Array.from(sides, (side) => (side === 0 ? 1 : 0));
        const b = said(traced, start, sides, held);
        const size = b.reduce((most, x) => (x < Infinity ? Math.max(most, Math.abs(x)) : most), 1);
        for (const one of [dense, byKernels]) {
          const a = said(one, start, sides, held);
          expect(a.length).toBe(b.length);
          a.forEach((x, i) => {
            if (x !== b[i]) expect(Math.abs(x - b[i]!), `entry ${i}`).toBeLessThan(1e-13 * size);
          });
        }
        kernel.dispose();
        risk.dispose();
      },
    ),
    { numRuns: 80 },
  );
});

test('no kink of a dense network is met on a step whose suspects it is not among', () => {
  fc.assert(
    fc.property(problems(['relu', 'leakyRelu', 'hardTanh'], fine), (problem) => {
      const { net, data, start } = riskOf(problem);
      const risk = empiricalRisk(net, data);
      const dense = new DenseFunction(DenseLayout.of(risk)!);
      const values = new Float64Array(dense.count);
      const sides = new Float64Array(dense.count);
      for (let round = 0; round < 5; round++) {
        dense.values(start, sides, values);
        for (let i = 0; i < sides.length; i++) {
          sides[i] = Math.sign(values[i]!) || 1;
          dense.changed(sides, i);
        }
      }
      const pattern = {
        sides,
        held: new Uint8Array(dense.count),
        tied: new Uint8Array(dense.count),
      };
      const step = stepFrom(start);
      const suspects = new Entries();
      dense.suspects(step, pattern, suspects);
      const all = new Entries();
      for (let i = 0; i < dense.count; i++) all.add(i);
      const nodes = Array.from({ length: 33 }, () => new Float64Array(dense.count));
      dense.gapsOn(step, 0.75, 32, pattern, all, nodes);
      for (let i = 0; i < dense.count; i++) {
        const isMet = nodes.some((gaps) => gaps[i]! < 0);
        if (isMet) expect(suspects.indexOf(i), `kink ${i}`).toBeGreaterThanOrEqual(0);
      }
      risk.dispose();
    }),
    { numRuns: 80 },
  );
});

const lines = fc.record({
  widths: fc.integer({ min: 1, max: 5 }).map((width) => [1, width, 1]),
  activation: fc.constantFrom<ActivationName>('relu', 'leakyRelu', 'hardTanh'),
  loss: fc.constantFrom<LossName>('squared', 'huber', 'absoluteError'),
  samples: fc.integer({ min: 1, max: 8 }),
  numbers: fc.array(fine, { minLength: 120, maxLength: 120 }),
});

test('line by line a network of one input is the same function', () => {
  fc.assert(
    fc.property(lines, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (problem, pins) => {
      const { net, data, start } = riskOf(problem);
      const risk = empiricalRisk(net, data);
      const layout = DenseLayout.of(risk)!;
      const width = problem.widths[1]!;
      // some neurons have a kink on an input
      const at = net.activation.name === 'hardTanh' ? 1 : 0;
      for (let i = 0; i < width; i++) {
        const input = layout.groups.inputs[i % layout.groups.count]!;
        if (pins[i]!) start[width + i] = at - start[i]! * input;
      }
      const [dense, line] = [new DenseFunction(layout), new LineFunction(layout)];
      const u = new Float64Array(dense.count);
      dense.values(start, new Float64Array(dense.count), u);
      const sides = u.map((value) => (Math.abs(value) < 1e-12 ? 0 : Math.sign(value)));
      dense.changed(sides, -1);
      dense.values(start, sides, u);
      for (let i = layout.lossKinks; i < u.length; i++) sides[i] = Math.sign(u[i]!) || 1;
      const held = Uint8Array.from(sides, (side) => (side === 0 ? 1 : 0));
      const pattern = { sides, held, tied: new Uint8Array(dense.count) };
      const all = new Entries();
      for (let i = 0; i < dense.count; i++) all.add(i);
      const [a, b] = [dense, line].map((one) => {
        one.changed(sides, -1);
        const gradient = new Float64Array(one.dimension);
        const value = one.sweep(start, sides, gradient);
        const bounds = Array.from({ length: one.count }, (_, i) => (held[i] ? one.boundOf(i) : 0));
        return [value, ...gradient, ...bounds];
      });
      b!.forEach((x, i) => expect(Math.abs(x - a![i]!), `entry ${i}`).toBeLessThan(1e-12));
      const suspects = new Entries();
      const step = stepFrom(start);
      line.suspects(step, pattern, suspects);
      const nodes = Array.from({ length: 33 }, () => new Float64Array(dense.count));
      dense.gapsOn(step, 0.75, 32, pattern, all, nodes);
      // as long as no suspect is met nothing is
      for (let j = 0; j <= 32; j++) {
        const isMet = (i: number): boolean => nodes[j]![i]! < 0;
        const isAnyMet = Array.from(all.list.subarray(0, all.count)).some(isMet);
        const isSuspectMet = Array.from(suspects.list.subarray(0, suspects.count)).some(isMet);
        if (isAnyMet && held.every((one) => one === 0)) expect(isSuspectMet).toBe(true);
      }
      risk.dispose();
    }),
    { numRuns: 200 },
  );
});

const options = { until: 0.5, rtol: 1e-7, atol: 1e-9 };

test.each([
  ['relu and leakyRelu', ['relu', 'leakyRelu'] as const, fine],
  ['relu, of multiples of a quarter', ['relu'] as const, coarse],
  ['hardTanh', ['hardTanh'] as const, fine],
  ['of one input', ['relu', 'leakyRelu'] as const, undefined],
])('flows of networks are those of their programs: %s', (_, activations, numbers) => {
  fc.assert(
    fc.property(numbers ? problems(activations, numbers) : lines, (problem) => {
      const { net, data, start } = riskOf(problem);
      const risk = empiricalRisk(net, data);
      if (risk.smooth) return;
      const own = gradientFlow(risk, start, options) as InclusionFlow;
      const traced = gradientFlow(tracedEmpiricalRisk(net, data), start, options) as InclusionFlow;
      risk.dispose();
      // what is not decided may depend on rounding
      const isDecided = [own, traced].every(({ status }) => status === 'finished');
      const untilThen = (flow: InclusionFlow): string[] =>
        flow.itinerary
          .filter(({ t }) => t < (flow.uniqueUntil ?? Infinity) - 1e-6)
          .map(({ index, kind }) =>
            problem.activation === 'hardTanh' ? kind : `${index} ${kind}`,
          );
      if (!isDecided || own.uniqueUntil !== undefined || traced.uniqueUntil !== undefined) return;
      expect(untilThen(own)).toEqual(untilThen(traced));
      own.theta.forEach((x, i) => expect(Math.abs(x - traced.theta[i]!)).toBeLessThan(2e-5));
    }),
    { numRuns: 20 },
  );
});
