import { largest, smallest } from '@nonsmooth/core';
import * as Plot from '@observablehq/plot';
import type { Curves } from '../curves.js';
import type { Fit } from '../fit.js';
import { axisFor, compact, type Axis } from './axes.js';
import { figureOf, type Figure } from './figure.js';
import { ink, lookOf, rampAt, rampLength, soft } from './look.js';
import { groupsOf, panelsOf } from './variations.js';

/** Networks at the end of the first start of each variation, beside the samples that they were trained on. */
export function fitFigures(results: readonly Curves[]): Figure[] {
  const groups = groupsOf(results).map((group) => ({
    ...group,
    members: group.members.filter(({ fit }) => fit).slice(0, 1),
  }));
  const known = groups.filter(({ members }) => members.length > 0);
  // several studies may have inputs of different dimensions
  const ofOne = known.filter(({ members }) => members[0]!.fit!.dimension === 1);
  const ofTwo = known.filter((group) => !ofOne.includes(group));
  const drawn = [ofOne.length > 0 ? lines(ofOne) : [], ofTwo.length > 0 ? maps(ofTwo) : []];
  const [graphs, planes] = drawn as [Figure[], Figure[]];
  return [...graphs, ...(graphs.length > 0 ? planes.map(renamed) : planes)];
}

function renamed(figure: Figure): Figure {
  const name = `map-${figure.name}`;
  return { ...figure, name, svg: figure.svg.replaceAll(`clip-${figure.name}`, `clip-${name}`) };
}

type Groups = ReturnType<typeof groupsOf>;

/** One input: graphs over it. */
function lines(known: Groups): Figure[] {
  const panels = panelsOf(known);
  return panels.map(({ common, groups }, k) => {
    const fits = groups.map(({ members }) => members[0]!.fit!);
    const [samples] = fits as [Fit];
    const horizontal = axisFor(
      fits.flatMap(({ from, to }) => [from[0]!, to[0]!]),
      'linear',
      false,
    );
    const vertical = axisFor(nearTargets(fits), 'linear', false);
    const dots = [...samples.inputs].map((x, i): [number, number] => [x, samples.targets[i]!]);
    return figureOf({
      name: `fit${panels.length > 1 ? `-${k + 1}` : ''}`,
      title: `Network at the end and targets${common === '' ? '' : `: ${common}`}`,
      plot: {
        x: scale(horizontal, 'input x →', [
          smallest(fits.map(({ from }) => from[0]!)),
          largest(fits.map(({ to }) => to[0]!)),
        ]),
        y: { ...scale(vertical, '↑ output y'), grid: true },
        marks: [
          Plot.dot(dots, { r: 2.2, fill: soft[0], fillOpacity: 0.7, clip: true }),
          ...fits.map(({ from, to, values }, j) =>
            Plot.line(
              [...values].map((y, i): [number, number] => [
                from[0]! + ((to[0]! - from[0]!) * i) / (values.length - 1),
                y,
              ]),
              {
                stroke: lookOf(groups[j]!.place).stroke,
                strokeDasharray: lookOf(groups[j]!.place).dashes,
                strokeWidth: 2,
                clip: true,
              },
            ),
          ),
        ],
      },
      legend: [
        { text: 'targets of samples', sample: `<circle cx="15" cy="7" r="3" fill="${soft[0]}"/>` },
        ...groups.map(({ label, place, members }) => ({
          text: [label, `start ${members[0]!.member.start}`].filter(Boolean).join(', '),
          sample: `<line x1="0" y1="7" x2="30" y2="7" stroke="${lookOf(place).stroke}" stroke-width="2.5" stroke-dasharray="${lookOf(place).dashes}"/>`,
        })),
      ],
    });
  });
}

/** Outputs and targets, without outputs far beyond the targets. */
function nearTargets(fits: readonly Fit[]): number[] {
  const targets = fits.flatMap((fit) => [...fit.targets]);
  const [low, high] = [smallest(targets), largest(targets)];
  const margin = high - low || Math.abs(high) || 1;
  const outputs = fits.flatMap(({ values }) => [...values]);
  return [...targets, ...outputs.map((y) => Math.max(low - margin, Math.min(high + margin, y)))];
}

/** Two inputs: a map of the output, and samples in the colours of their targets. */
function maps(known: Groups): Figure[] {
  return known.slice(0, mostMaps).map(({ name, members }, k) => {
    const { member, fit } = members[0]!;
    const { from, to, perAxis, values, inputs, targets } = fit!;
    const all = [...values, ...targets];
    const [low, high] = [smallest(all), largest(all)];
    const step = (high - low) / rampLength || 1;
    const colour = (v: number): string => rampAt(((v - low) / step - 0.5) / (rampLength - 1));
    const bounds = Array.from({ length: rampLength }, (_, i) => low + i * step);
    const samples = [...targets].map((target, i) => ({
      x: inputs[2 * i]!,
      y: inputs[2 * i + 1]!,
      target,
    }));
    const cell = (j: 0 | 1): number => (to[j]! - from[j]!) / (perAxis - 1);
    // Plot reads values row by row from the first second input on; ours have the first input outermost
    const grid = Array.from(
      { length: perAxis ** 2 },
      (_, i) => values[(i % perAxis) * perAxis + Math.floor(i / perAxis)]!,
    );
    return figureOf({
      name: `fit${known.length > 1 ? `-${k + 1}` : ''}`,
      title: `Network at the end, and targets as dots: ${[name, `start ${member.start}`].filter(Boolean).join(', ')}`,
      plot: {
        height: 380,
        x: scale(axisFor([from[0]!, to[0]!], 'linear', false), 'input x₁ →', [from[0]!, to[0]!]),
        y: scale(axisFor([from[1]!, to[1]!], 'linear', false), '↑ input x₂', [from[1]!, to[1]!]),
        marks: [
          Plot.contour(grid, {
            width: perAxis,
            height: perAxis,
            interpolate: 'none',
            x1: from[0]! - cell(0) / 2,
            x2: to[0]! + cell(0) / 2,
            y1: from[1]! - cell(1) / 2,
            y2: to[1]! + cell(1) / 2,
            value: Plot.identity as never,
            thresholds: bounds as never,
            fill: ((d: { value: number }) => colour(d.value + step / 2)) as never,
            stroke: ink[0],
            strokeWidth: 0.4,
            clip: true,
          } as never),
          Plot.dot(samples, {
            x: 'x',
            y: 'y',
            r: 3.5,
            fill: (d: { target: number }) => colour(d.target),
            stroke: ink[0],
            strokeWidth: 0.8,
            clip: true,
          }),
          Plot.frame({ stroke: ink[0] }),
        ],
        color: { type: 'identity' },
      },
      legend: bounds
        .map((bound, i) => ({
          text: `output from ${compact(bound)} to ${compact(bounds[i + 1] ?? high)}`,
          sample: `<rect x="0" y="1" width="30" height="13" fill="${rampAt(i / (rampLength - 1))}" stroke="${ink[0]}" stroke-width="0.6"/>`,
        }))
        .toReversed(),
      notes:
        known.length > mostMaps && k === mostMaps - 1
          ? [`The first ${mostMaps} of ${known.length} variations.`]
          : [],
    });
  });
}

/** Maps in a report, at most. */
const mostMaps = 6;

function scale(
  { type, domain, ticks, format }: Axis,
  label: string,
  exact = domain,
): Plot.ScaleOptions {
  const [low, high] = exact as [number, number];
  return {
    type,
    domain: [low, high],
    ticks: ticks.filter((t) => t >= low && t <= high),
    tickFormat: format as never,
    label,
  };
}
