import { largest, smallest } from '@nonsmooth/core';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Figure } from '../figure.js';
import { formatPercent, formatPower, formatRate } from '../format.js';
import type { CaseResult, ScenarioResult } from '../results.js';
import { raw, type Html } from './html.js';

/** Colour of the i-th of n numbers of threads: from few to many. */
export function threadColour(index: number, count: number): string {
  const share = count === 1 ? 100 : Math.round((100 * index) / (count - 1));
  return `color-mix(in oklab, var(--many) ${share}%, var(--few))`;
}

/** Throughput of the cases of one scenario: a plot per unit. */
export function throughputPlots(
  { cases }: ScenarioResult,
  threads: readonly number[],
): readonly Html[] {
  const units = [...new Set(cases.map(({ unit }) => unit))];
  return units.map((unit) =>
    throughputPlot(
      unit,
      cases.filter((one) => one.unit === unit),
      threads,
    ),
  );
}

/** A dot per case and number of threads on a logarithmic axis. */
function throughputPlot(
  unit: string,
  cases: readonly CaseResult[],
  threads: readonly number[],
): Html {
  const points = cases.flatMap((one) =>
    one.measurements.flatMap(({ threads: n, throughput }) =>
      throughput === undefined ? [] : [{ name: one.name, threads: n, throughput }],
    ),
  );
  if (points.length === 0) return raw('');
  const names = cases.map(({ name }) => name);
  const rates = points.map(({ throughput }) => throughput);
  const best = names.flatMap((name) => {
    const own = points.filter((point) => point.name === name);
    return own.length === 0
      ? []
      : [own.reduce((top, point) => (point.throughput > top.throughput ? point : top))];
  });
  // Whole decades, so that there are at least two labelled ticks.
  const low = 10 ** Math.floor(Math.log10(smallest(rates)));
  const high = 10 ** Math.ceil(Math.log10(largest(rates) * 1.4));
  const width = 460;
  const marginRight = 44;
  const { marginLeft, ...heights } = rows(names);
  // a tick's label takes about 45 pixels
  const intervals = Math.max(1, Math.floor((width - marginLeft - marginRight) / 45));
  return draw({
    width,
    ...heights,
    marginLeft,
    marginRight,
    x: {
      type: 'log',
      domain: [low, high],
      label: `${unit} per second →`,
      ticks: decades(low, high, Math.min(5, intervals)),
      tickFormat: formatPower,
      tickSize: 0,
      grid: true,
    },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.link(best, {
        x1: ({ name }: { name: string }) =>
          Math.min(
            ...points.filter((point) => point.name === name).map((point) => point.throughput),
          ),
        x2: 'throughput',
        y: 'name',
        stroke: 'var(--few)',
        strokeWidth: 2,
      }),
      Plot.dot(points, {
        x: 'throughput',
        y: 'name',
        r: 5,
        fill: (point: { threads: number }) => colourOf(point.threads, threads),
      }),
      Plot.text(best, {
        x: 'throughput',
        y: 'name',
        text: ({ throughput }: { throughput: number }) => formatRate(throughput),
        textAnchor: 'start',
        dx: 9,
        fontSize: 12,
      }),
    ],
  });
}

/** Throughput per thread relative to one thread, for all cases; undefined if only one number was measured. */
export function efficiencyPlot(
  scenarios: readonly ScenarioResult[],
  threads: readonly number[],
): Html | undefined {
  const points = scenarios.flatMap((scenario) =>
    scenario.cases.flatMap((one) =>
      one.measurements.flatMap(({ threads: n, efficiency }) =>
        n === 1 || efficiency === undefined
          ? []
          : [{ name: label(scenario, one), threads: n, efficiency }],
      ),
    ),
  );
  if (points.length === 0) return undefined;
  const names = [...new Set(points.map(({ name }) => name))];
  return draw({
    width: 920,
    ...rows(names),
    marginRight: 30,
    x: {
      domain: [0, Math.max(1.1, ...points.map(({ efficiency }) => efficiency))],
      label: 'throughput per thread, relative to one thread →',
      tickFormat: formatPercent,
      tickSize: 0,
      grid: true,
    },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.ruleX([1], { stroke: 'var(--accent)', strokeWidth: 1.5 }),
      Plot.dot(points, {
        x: 'efficiency',
        y: 'name',
        r: 5,
        fill: (point: { threads: number }) => colourOf(point.threads, threads),
      }),
    ],
  });
}

/** Means against published means, in standard errors; undefined if the run compared none. */
export function comparisonPlot(scenarios: readonly ScenarioResult[]): Html | undefined {
  const points = scenarios.flatMap((scenario) =>
    scenario.cases.flatMap((one) =>
      one.checks.flatMap(({ quantity, measured, expected, deviation, limit }) =>
        typeof measured === 'object' && typeof expected === 'object' && limit !== undefined
          ? [
              {
                name: `${one.name} ${quantity}`,
                distance: (deviation ?? NaN) * Math.sign(measured.mean - expected.mean),
                limit,
                isRight: (deviation ?? NaN) <= limit,
              },
            ]
          : [],
      ),
    ),
  );
  if (points.length === 0) return undefined;
  const limit = largest(points.map((point) => point.limit));
  const reach = Math.max(limit * 1.25, ...points.map(({ distance }) => Math.abs(distance) || 0));
  const names = points.map(({ name }) => name);
  return draw({
    width: 920,
    ...rows(names),
    marginRight: 30,
    x: {
      domain: [-reach, reach],
      label: 'measured mean − published mean, in standard errors of the difference →',
      tickSize: 0,
    },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.rectX([{ from: -limit, to: limit }], {
        x1: 'from',
        x2: 'to',
        fill: 'var(--band)',
        fillOpacity: 0.1,
      }),
      Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.4 }),
      Plot.dot(points, {
        x: 'distance',
        y: 'name',
        r: 5,
        fill: ({ isRight }: { isRight: boolean }) => (isRight ? 'var(--band)' : 'var(--wrong)'),
      }),
    ],
  });
}

/** Curves on two logarithmic axes. */
export function figurePlot({ x, y, series }: Figure): Html {
  const points = series.flatMap(({ name, points: own }, i) =>
    own.map((point) => ({ ...point, name, isAgain: isHueAgain(i) })),
  );
  const colour = {
    domain: series.map(({ name }) => name),
    range: series.map((_, i) => seriesColour(i)),
  };
  return draw({
    width: 460,
    height: 310,
    marginTop: 28,
    marginLeft: 56,
    marginRight: 20,
    marginBottom: 42,
    color: colour,
    x: { ...logAxis(points.map((point) => point.x)), label: `${x} →` },
    y: { ...logAxis(points.map((point) => point.y)), label: `↑ ${y}` },
    marks: [false, true].flatMap((again) => {
      const own = points.filter(({ isAgain }) => isAgain === again);
      const fill = again ? 'var(--card)' : 'name';
      return [
        Plot.line(own, {
          x: 'x',
          y: 'y',
          stroke: 'name',
          strokeWidth: 1.8,
          ...(again && { strokeDasharray: '5 3' }),
        }),
        Plot.dot(own, { x: 'x', y: 'y', fill, stroke: 'name', strokeWidth: 1.8, r: 3 }),
      ];
    }),
  });
}

const hues = 8;

/** One of eight hues that differ on light and dark ground. */
export function seriesColour(index: number): string {
  return `var(--series-${(index % hues) + 1})`;
}

/** Series whose hue is taken already are dashed, with hollow dots. */
export function isHueAgain(index: number): boolean {
  return index >= hues;
}

function logAxis(values: readonly number[]): Plot.ScaleOptions {
  const low = 10 ** Math.floor(Math.log10(smallest(values)));
  const high = 10 ** Math.ceil(Math.log10(largest(values) * 1.0001));
  return {
    type: 'log',
    domain: [low, high],
    ticks: [...decades(low, high)],
    tickFormat: formatPower,
    tickSize: 0,
    grid: true,
  };
}

function label(scenario: ScenarioResult, { name }: CaseResult): string {
  return `${scenario.name} · ${name}`;
}

function colourOf(threads: number, all: readonly number[]): string {
  return threadColour(all.indexOf(threads), all.length);
}

/** Height and left margin for one row per name. */
function rows(names: readonly string[]): Plot.PlotOptions & { readonly marginLeft: number } {
  const longest = largest(names.map(({ length }) => length));
  return {
    height: 50 + 24 * names.length,
    marginLeft: 24 + 6.6 * longest,
    marginTop: 8,
    marginBottom: 42,
  };
}

/** The powers of ten from `low` to `high`, every n-th of them where there are more than so many intervals. */
function decades(low: number, high: number, intervals = 5): readonly number[] {
  const first = Math.round(Math.log10(low));
  const last = Math.round(Math.log10(high));
  const every = Math.ceil((last - first) / intervals);
  const count = Math.floor((last - first) / every) + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (first + i * every));
}

function draw(options: Plot.PlotOptions): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    ...options,
    document,
    style: { fontFamily: 'inherit', fontSize: '12.5px', background: 'none' },
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return raw(svg.outerHTML);
}
