import { counted } from '@nonsmooth/apps-shared';
import { largest } from '@nonsmooth/core';
import * as Plot from '@observablehq/plot';
import type { Curves } from '../curves.js';
import type { Study } from '../study.js';
import { axisFor, compact, isCount, titleOf, type Axis } from './axes.js';
import type { CurvesChoice } from './choices.js';
import { figureOf, type Figure, type LegendEntry } from './figure.js';
import { lookOf } from './look.js';
import { deviations, quartiles, type Band, type Sampled } from './statistics.js';
import { groupsOf, panelsOf, type Group } from './variations.js';

/** Fewer members are drawn as lines of their own. */
const leastForBands = 5;
/** Lines in a plot, at most: beyond, nobody can tell them apart, and pages would grow without bound. */
const mostLines = 200;

/** One figure for every few variations, all with the same axes. */
export function curvesFigures(
  study: Study,
  results: readonly Curves[],
  choice: CurvesChoice,
): Figure[] {
  const { x, y } = choice;
  const known = results.filter(({ columns }) => columns.has(x) && columns.has(y));
  // those that broke off decide how far the axes reach only if there are no others
  const whole = known.filter(({ facts }) => facts.status !== 'failed');
  const typical = whole.length > 0 ? whole : known;
  const valuesOf = (name: string): number[] =>
    typical.flatMap(({ columns }) => [...columns.get(name)!]);
  const places = valuesOf(x);
  const horizontal = axisFor(
    x === 't' ? places.filter((t) => t > 0) : places,
    choice.xScale,
    false,
  );
  const shown = typical.flatMap(({ columns }) => {
    const at = columns.get(x)!;
    return [...columns.get(y)!].filter((_, i) => horizontal.type === 'linear' || at[i]! > 0);
  });
  if (!shown.some(Number.isFinite)) return [];
  const vertical = axisOf(typical, choice, shown);
  const linearFromStart =
    horizontal.type === 'linear' && x === 't'
      ? axisFor([0, ...places], 'linear', false)
      : horizontal;
  const panels = panelsOf(groupsOf(known));
  return panels.map(({ common, groups }, k) => {
    const entries = groups.map((group) => drawn(group, group.label, choice, vertical));
    const [what, label] = titleOf(y, study);
    const [over, along] = titleOf(x, study);
    const title = `${what}${x === 't' ? '' : ` over ${over.toLowerCase()}`}`;
    return figureOf({
      name: `${y}${x === 't' ? '' : `-over-${x}`}${panels.length > 1 ? `-${k + 1}` : ''}`,
      title: common === '' ? title : `${title}: ${common}`,
      plot: {
        x: plotScale(linearFromStart, `${along} →`),
        y: { ...plotScale(vertical, `↑ ${label}`), grid: true },
        marks: entries.flatMap(({ marks }) => marks),
      },
      legend: entries.flatMap(({ legend }) => legend),
      notes: notesOn(
        groups.flatMap(({ members }) => members),
        { x, y },
        horizontal,
        vertical,
      ),
    });
  });
}

/** Starts that are far from all that follows do not decide how far a linear axis reaches. */
const followed = 0.1;

function axisOf(members: readonly Curves[], { x, y, yScale }: CurvesChoice, shown: number[]): Axis {
  const leastStep = isCount(y) ? 1 : 0;
  const axis = axisFor(shown, yScale, true, leastStep);
  if (axis.type === 'log' || x !== 't') return axis;
  const later = axisFor(
    members.flatMap(({ columns }) => [...columns.get(y)!.subarray(1)]),
    yScale,
    true,
    leastStep,
  );
  const width = ({ domain: [low, high] }: Axis): number => high - low;
  return later.type === 'linear' && width(later) < followed * width(axis) ? later : axis;
}

function plotScale({ type, domain, ticks, format }: Axis, label: string): Plot.ScaleOptions {
  return { type, domain: [...domain], ticks: [...ticks], tickFormat: format as never, label };
}

/** Marks and legend of a variation. */
function drawn(
  { members, place }: Group,
  label: string,
  { x, y, show }: CurvesChoice,
  vertical: Axis,
): { marks: Plot.Markish[]; legend: LegendEntry[] } {
  const { stroke, dashes } = lookOf(place);
  const line = { stroke, strokeDasharray: dashes, clip: true as const };
  const sampleLine = `<line x1="0" y1="7" x2="30" y2="7" stroke="${stroke}" stroke-width="2.5" stroke-dasharray="${dashes}"/>`;
  const asMembers =
    x !== 't' || show === 'members' || (show === 'auto' && members.length < leastForBands);
  const name = label === '' ? '' : `${label}: `;
  if (asMembers) {
    const few = evenly(members, mostLines);
    const told = few.length < members.length ? `${few.length} of ` : '';
    return {
      marks: few.map((one) => {
        const values = one.columns.get(y)!;
        const points = [...one.columns.get(x)!].map((at, i) => [at, inside(values[i]!, vertical)]);
        return Plot.line(points as [number, number][], {
          ...line,
          strokeWidth: few.length > 10 ? 1 : 1.8,
          strokeOpacity: few.length > 10 ? 0.5 : 0.9,
        });
      }),
      legend: [{ text: `${name}${told}${counted(members.length, 'member')}`, sample: sampleLine }],
    };
  }
  const samples = sampled(members, y);
  const isDeviation = show === 'deviation';
  const isLogarithmic = vertical.type === 'log';
  const band = isDeviation ? deviations(samples, isLogarithmic) : quartiles(samples);
  const what = isDeviation
    ? isLogarithmic
      ? 'geometric mean ± deviation'
      : 'mean ± standard deviation'
    : 'median and quartiles';
  const rows = rowsOf(band, vertical);
  return {
    marks: [
      Plot.areaY(rows, {
        x: 'x',
        y1: 'low',
        y2: 'high',
        fill: stroke,
        fillOpacity: 0.16,
        clip: true,
      }),
      Plot.line(rows, { ...line, x: 'x', y: 'middle', strokeWidth: 2.2 }),
    ],
    legend: [
      {
        text: `${name}${what} of ${counted(members.length, 'member')}`,
        sample: `<rect x="0" y="0" width="30" height="14" fill="${stroke}" fill-opacity="0.16"/>${sampleLine}`,
      },
    ],
  };
}

function rowsOf({ x, low, middle, high }: Band, vertical: Axis) {
  return x.map((at, i) => ({
    x: at,
    low: inside(low[i]!, vertical),
    middle: inside(middle[i]!, vertical),
    high: inside(high[i]!, vertical),
  }));
}

/** ±∞ and what a logarithmic axis has no place for, beyond the axis or as a gap. */
function inside(value: number, { type, domain: [low, high] }: Axis): number {
  if (Number.isNaN(value)) return NaN;
  if (type === 'log') {
    if (value < 0) return NaN;
    return Math.min(Math.max(value, low / 1e3), high * 1e3);
  }
  const width = high - low;
  return Math.min(Math.max(value, low - width), high + width);
}

/** Values at the times of the member that has most; members that have not this time are left out. */
function sampled(members: readonly Curves[], column: string): Sampled[] {
  const longest = members.reduce((one, other) =>
    other.columns.get('t')!.length > one.columns.get('t')!.length ? other : one,
  );
  const places = members.map(
    ({ columns }) => new Map([...columns.get('t')!].map((t, i) => [t, i])),
  );
  return [...longest.columns.get('t')!].map((t) => ({
    x: t,
    values: members.flatMap(({ columns }, k) => {
      const i = places[k]!.get(t);
      return i === undefined ? [] : [columns.get(column)![i]!];
    }),
  }));
}

/** What is not seen: members beyond the axis, broken off, or with values that a logarithm has no place for. */
function notesOn(
  members: readonly Curves[],
  { x, y }: Pick<CurvesChoice, 'x' | 'y'>,
  horizontal: Axis,
  { type, domain: [low, high] }: Axis,
): string[] {
  const tolerance = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const seen = members.map(({ columns }) =>
    columns.get(y)!.filter((_, i) => horizontal.type === 'linear' || columns.get(x)![i]! > 0),
  );
  const all = counted(members.length, 'member');
  const notes: string[] = [];
  const beyond = seen.filter((values) => values.some((v) => v > high + tolerance));
  if (beyond.length > 0) {
    const top = largest(beyond.map((values) => largest(values.filter((v) => v > high))));
    const goes = beyond.length === 1 ? 'goes' : 'go';
    notes.push(`Clipped: ${beyond.length} of ${all} ${goes} up to ${compact(top)}.`);
  }
  const isLog = type === 'log';
  const below = seen.filter((values) => values.some((v) => (isLog ? v <= 0 : v < low - tolerance)));
  if (below.length > 0) {
    notes.push(
      isLog
        ? `${below.length} of ${all} with values of 0 or less, which a logarithmic axis has no place for.`
        : `Clipped: ${below.length} of ${all} below ${compact(low)}.`,
    );
  }
  const failed = members.filter(({ facts }) => facts.status === 'failed').length;
  if (failed > 0) notes.push(`${counted(failed, 'member')} broke off: see the verdicts.`);
  return notes;
}

/** All of few, evenly chosen ones of many. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}
