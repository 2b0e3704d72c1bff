import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { pointsPerCurve, thinned, type Curves } from '../src/curves.js';
import { fitOf } from '../src/fit.js';
import { membersOf, nameOf } from '../src/members.js';
import { readStudy } from '../src/read-study.js';
import { axisFor, compact } from '../src/report/axes.js';
import { figuresOf } from '../src/report/figures.js';
import { fitFigures } from '../src/report/fit-figure.js';
import { reportPage } from '../src/report/page.js';
import { pdfOf } from '../src/report/pdf.js';
import { deviations, quantile, quartiles } from '../src/report/statistics.js';
import { runMember } from '../src/run-member.js';
import { writeFigures } from '../src/results.js';

const folder = mkdtempSync(join(tmpdir(), 'nonsmooth-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A study with what its members come to. */
function seen(text: string): { study: ReturnType<typeof readStudy>; curves: Curves[] } {
  const study = readStudy('study.yaml', text);
  const members = membersOf(study);
  const curves = members.map((member): Curves => {
    const file = runMember(member);
    const fit = member.start === 0 ? fitOf(member, file) : undefined;
    return { ...thinned(member, file, pointsPerCurve(members.length)), fit };
  });
  return { study, curves };
}

const rates = seen(`
title: One rate of <several> & diverges
network: { widths: [1, 4, 1], activation: tanh }
inputs: { kind: grid, count: 20, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: sgd, learningRate: 0.1, steps: 100, every: 1 }
members: 6
vary: { dynamics.learningRate: [0.05, 0.1, 1e40] }
`);

const xor = seen(`
title: XOR
network: { widths: [2, 4, 1], activation: relu }
inputs: { kind: xor }
target: { kind: labels }
start: { kind: random, weights: heNormal, biases: 0.3 }
dynamics: { kind: gradientFlow, until: 30, kinks: itinerary }
record: [loss, speed, norm, kinkEvents]
members: 2
`);

test('members that diverge are clipped, which is said, and leave the others as tall as without them', () => {
  const figure = (curves: readonly Curves[]) => figuresOf(rates.study, curves)[0]!;
  const whole = rates.curves.filter(({ facts }) => facts.status !== 'failed');
  expect(whole).toHaveLength(12);
  const [all, some] = [figure(rates.curves), figure(whole)];
  expect(all.notes.join(' ')).toMatch(/Clipped: 6 of 18 members go up to .*6 members broke off/);
  expect(some.notes).toEqual([]);
  const ticks = (svg: string) => /y-axis tick label">(.*?)<\/g>/.exec(svg)![1];
  expect(ticks(all.svg)).toBe(ticks(some.svg));
  expect(all.svg).toContain('median and quartiles of 6 members');
});

test('figures need nothing else: no styles, variables or links, and ids of their own', () => {
  const figures = [...figuresOf(rates.study, rates.curves), ...figuresOf(xor.study, xor.curves)];
  for (const { svg } of figures) {
    expect(svg).not.toMatch(/var\(|currentColor|<style|class="|href/);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox/);
  }
  const page = reportPage(rates.study, rates.curves, figuresOf(rates.study, rates.curves), 0);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  expect(new Set(ids.map((id) => id.replace(/-\d+$/, ''))).size).toBeGreaterThan(1);
  for (const [, used] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(used);
  expect(page).toContain('One rate of &lt;several> &amp; diverges');
});

test('axes are labelled by what they are: steps of descents, time of flows', () => {
  const [descent] = figuresOf(rates.study, rates.curves);
  const [flow] = figuresOf(xor.study, xor.curves);
  expect(descent!.svg).toContain('>steps →<');
  expect(flow!.svg).toContain('>time t of the flow →<');
  for (const { svg } of [descent!, flow!]) expect(svg).toContain('squared error, mean of samples');
});

test('fits are drawn over one and two inputs, itineraries as lines of kinks', () => {
  const names = (figures: readonly { name: string }[]) => figures.map(({ name }) => name);
  expect(names(figuresOf(rates.study, rates.curves))).toEqual(['loss', 'speed', 'norm', 'fit']);
  const figures = figuresOf(xor.study, xor.curves);
  expect(names(figures).slice(0, 5)).toEqual(['loss', 'speed', 'norm', 'kinkEvents', 'fit']);
  const timeline = figures.find(({ name }) => name.startsWith('itinerary'))!;
  const [{ facts }] = xor.curves.filter((one) => one.facts.events.length > 0) as [Curves];
  for (const { kind } of facts.events as { kind: string }[]) {
    expect(timeline.svg).toContain(`>${kind}: `);
  }
});

test('a study chooses its figures, their axes and bands', () => {
  const { study } = rates;
  const chosen = {
    ...study,
    figures: [
      { kind: 'curves', x: 'norm', y: 'loss', xScale: 'linear', yScale: 'log', show: 'auto' },
      { kind: 'curves', x: 't', y: 'loss', xScale: 'linear', yScale: 'auto', show: 'deviation' },
    ] as NonNullable<typeof study.figures>,
  };
  const [parametric, deviation] = figuresOf(chosen, rates.curves);
  expect(parametric!.name).toBe('loss-over-norm');
  expect(parametric!.svg).toContain('‖θ‖, Euclidean →');
  expect(deviation!.svg).toContain('geometric mean ± deviation of 6 members');
  const [lines] = figuresOf(study, rates.curves, { show: 'members' });
  expect(lines!.svg).not.toContain('median');
});

test('figures are written as SVG and PDF, the same bytes each time, and old ones removed', async () => {
  const [first, second] = figuresOf(xor.study, xor.curves);
  await writeFigures(folder, [first!, second!]);
  await writeFigures(folder, [first!]);
  expect(readdirSync(join(folder, 'figures')).sort()).toEqual(['loss.pdf', 'loss.svg']);
  const pdf = readFileSync(join(folder, 'figures/loss.pdf'));
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(Buffer.from(await pdfOf(first!)).equals(pdf)).toBe(true);
});

test('quantiles are those of the sorted values, with infinities', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, u) => {
      const sorted = given.toSorted((a, b) => a - b);
      const q = quantile(sorted, u);
      // as many as a share of u below, and of 1 − u above, but for one
      expect(sorted.filter((v) => v < q).length).toBeLessThanOrEqual(u * (sorted.length - 1) + 1);
      expect(sorted.filter((v) => v > q).length).toBeLessThanOrEqual(
        (1 - u) * (sorted.length - 1) + 1,
      );
    }),
  );
  const { low, middle, high } = quartiles([{ x: 1, values: [1, NaN, 2, Infinity, 3] }]);
  expect([low[0], middle[0], high[0]]).toEqual([2, 3, Infinity]);
});

test('mean ± deviation on a logarithmic axis is that of the logarithms', () => {
  const { low, middle, high } = deviations([{ x: 1, values: [1, 100] }], true);
  const spread = Math.exp(Math.SQRT1_2 * Math.log(100));
  expect(middle[0]).toBeCloseTo(10, 12);
  expect(low[0]).toBeCloseTo(10 / spread, 12);
  expect(high[0]! / (10 * spread)).toBeCloseTo(1, 12);
  const plain = deviations([{ x: 1, values: [1, 3] }], false);
  expect([plain.low[0], plain.middle[0], plain.high[0]]).toEqual([
    2 - Math.SQRT2,
    2,
    2 + Math.SQRT2,
  ]);
});

test('an axis holds typical values, has two ticks or more, and every tick is written', () => {
  const sizes = fc.array(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), { minLength: 1 });
  const positive = fc.array(
    fc.integer({ min: -300, max: 300 }).map((k) => 1.7 * 10 ** k),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(fc.oneof(sizes, positive), fc.boolean(), (values, isClipped) => {
      const { domain, ticks, format, type } = axisFor(values, 'auto', isClipped);
      const [low, high] = domain;
      expect(low).toBeLessThan(high);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(12);
      for (const tick of ticks) expect(format(tick)).not.toMatch(/NaN|undefined|e/);
      if (!isClipped && type === 'linear') {
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(low - 1e-8 * (high - low));
          expect(value).toBeLessThanOrEqual(high + 1e-8 * (high - low));
        }
      }
    }),
  );
});

test.each([
  [0, '0'],
  [-0.25, '−0.25'],
  [1234.5, '1230'],
  [2e5, '2·10⁵'],
  [1e-7, '10⁻⁷'],
  [-Infinity, '−∞'],
  [NaN, 'NaN'],
])('%s is written %s', (value, text) => expect(compact(value)).toBe(text));

test('what descents tell beside their way is no itinerary', () => {
  const { study, curves } = seen(`
title: Kinks met
network: { widths: [1, 3, 1], activation: relu }
inputs: { kind: grid, count: 5, from: -1, to: 1 }
target: { kind: sine, frequency: 2 }
start: { kind: random, weights: heNormal }
dynamics: { kind: descent, rule: sgd, learningRate: 0.1, steps: 20, every: 1, watch: {} }
record: [loss, hitKinks]
`);
  expect(curves[0]!.facts.events).toHaveLength(1);
  const names = figuresOf(study, curves).map(({ name }) => name);
  expect(names).toContain('hitKinks');
  expect(names.filter((name) => name.startsWith('itinerary'))).toEqual([]);
});

test('zeros at the end of a decay have no place on its axis, counts from 0 on have', () => {
  expect(axisFor([8, 1, 1e-3, 1e-8, 0, 0, 0], 'auto', true)).toMatchObject({
    type: 'log',
    domain: [expect.closeTo(1e-8, 15), expect.closeTo(8)],
  });
  expect(axisFor([0, 0, 0, 1, 5, 40], 'auto', true).type).toBe('linear');
  expect(axisFor([0, 0], 'auto', true).domain).toEqual([0, 1]);
  // of counts
  expect(axisFor([0, 0], 'auto', true, 1).ticks).toEqual([0, 1]);
  expect(axisFor([0, 2], 'linear', true, 1).ticks).toEqual([0, 1, 2]);
});

test('a start far from all that follows does not flatten it, and is said to be clipped', () => {
  const one = rates.curves[0]!;
  const loss = Float64Array.from(one.columns.get('t')!, (t) => (t === 0 ? 1 : 0.4 + 1e-4 * t));
  const curves = [{ ...one, columns: new Map([...one.columns, ['loss', loss]]) }];
  const [figure] = figuresOf({ ...rates.study, record: ['loss'] }, curves, {
    xScale: 'linear',
  });
  expect(figure!.notes).toEqual(['Clipped: 1 of 1 member goes up to 1.']);
});

test('objects that vary are told without quotes', () => {
  const decay = { kind: 'cosine', steps: 300 };
  expect(nameOf({ 'dynamics.schedule': decay, 'network.widths': [1, 2, 1] })).toBe(
    'schedule cosine: steps 300, widths [1,2,1]',
  );
  expect(nameOf({ 'dynamics.learningRate': { certified: 2 } })).toBe(
    'learningRate { certified 2 }',
  );
});

test('networks of one and of two inputs are drawn each in their way, with names of their own', () => {
  const figures = fitFigures(
    [...rates.curves.slice(0, 1), ...xor.curves.slice(0, 1)].map((one, k) => ({
      ...one,
      member: { ...one.member, variation: { study: `study ${k}` } },
    })),
  );
  expect(figures.map(({ title }) => title)).toEqual([
    'Network at the end and targets',
    expect.stringMatching(/^Network at the end, and targets as dots/),
  ]);
  expect(new Set(figures.map(({ name }) => name)).size).toBe(2);
});
