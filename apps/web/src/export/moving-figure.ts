import { neuronsOf, realization, stateAt } from '../compute/neurons.js';
import type { Problem } from '../compute/problem.js';
import type { Run } from '../compute/run.js';
import { breakpoint, inputPlace } from '../draw/input-space.js';
import { drawItinerary, itineraryHeight } from '../draw/itinerary.js';
import { drawAxes } from '../draw/frame.js';
import { svgFragment, svgDocument } from '../draw/svg-pen.js';
import { neuronStyle, type Theme } from '../draw/theme.js';
import { timeAxis, timeLayout, timeOfShare } from '../draw/time-axis.js';
import { timeBox } from '../draw/time-chart.js';

/** How a moving figure is made. */
export interface MovingOptions {
  readonly width: number;
  readonly title: string;
  /** How long the run takes in the figure; 0: it stands still at `time`. */
  readonly seconds: number;
  readonly time: number;
  /** The colour behind; by default none. */
  readonly background?: string;
}

const frames = 72;
const points = 97;
/** The run, and how long its end is seen before it begins again. */
const pause = 0.15;

/**
 * A run of one input as an SVG file that moves by itself: the network's output with its breakpoints, and below it the
 * itinerary, with the same moment marked. Nothing but SVG, without a script.
 */
export function movingFigure(
  problem: Problem,
  run: Run,
  theme: Theme,
  { width, title, seconds, time, background = 'none' }: MovingOptions,
): string {
  const { net, samples } = problem;
  const above = Math.round(width * 0.56);
  const below = itineraryHeight(net.widths[1]!);
  const { x, y } = inputPlace(problem, width, above);
  const [left, right] = [46, width - 14];
  const box = { left, top: 22, width: right - left, height: above - 60 };
  const [from, to] = [x.invert(left), x.invert(right)];
  const layout = timeLayout(run, true);
  const count = seconds > 0 ? frames : 0;
  const moments = Array.from({ length: count + 1 }, (_, i) =>
    seconds > 0 ? timeOfShare(layout, i / count) : time,
  );
  const states = moments.map((t) => stateAt(run, t));
  const keyTimes = [...moments.map((_, i) => ((1 - pause) * i) / Math.max(1, count)), 1];
  const animated = (name: string, values: readonly (string | number)[]): string =>
    seconds === 0 || values.every((value) => value === values[0])
      ? ''
      : `<animate attributeName="${name}" dur="${seconds}s" repeatCount="indefinite" keyTimes="${keyTimes.map(short).join(';')}" values="${[...values, values.at(-1)!].join(';')}"/>`;
  const short = (value: number): number => Math.round(value * 1e4) / 1e4;
  const pixel = (value: number): number => Math.round(value * 10) / 10;
  const inside = (at: number): number => Math.min(to, Math.max(from, Number.isNaN(at) ? to : at));

  const curves = states.map((theta) => {
    const value = realization(net, theta);
    const grid = Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
    const kinks = neuronsOf(net, theta).map((one) => inside(breakpoint(one)));
    const path = [...grid, ...kinks].sort((a, b) => a - b);
    return `M${path.map((at) => `${pixel(x(at))} ${pixel(y(value([at])))}`).join('L')}`;
  });
  const breakpoints = Array.from({ length: net.widths[1]! }, (_, i) => {
    const places = states.map((theta) => {
      const at = breakpoint(neuronsOf(net, theta)[i]!);
      const seen = at > from && at < to;
      const shown = inside(at);
      return { x: pixel(x(shown)), y: pixel(y(realization(net, theta)([shown]))), seen };
    });
    const { colour, dash } = neuronStyle(theme, i);
    const foot = above - 38;
    const [first] = places;
    const opacity = places.map(({ seen }) => (seen ? 1 : 0));
    const xs = places.map((place) => place.x);
    const ys = places.map((place) => place.y);
    return (
      `<g opacity="${opacity[0]}">${animated('opacity', opacity)}` +
      `<line x1="${first!.x}" y1="${foot}" x2="${first!.x}" y2="${first!.y}" stroke="${colour}" stroke-width="1.6" stroke-dasharray="${dash.join(' ')}">` +
      `${animated('x1', xs)}${animated('x2', xs)}${animated('y2', ys)}</line>` +
      `<circle cx="${first!.x}" cy="${first!.y}" r="5" fill="${colour}">${animated('cx', xs)}${animated('cy', ys)}</circle></g>`
    );
  });
  const axes = svgFragment((pen) =>
    drawAxes(pen, theme, box, x, y, { x: 'input x', y: 'output N(x)' }),
  );
  const dots = svgFragment((pen) =>
    samples.inputs.forEach(([at], s) =>
      pen.circle(x(at!), y(samples.targets[s]!), 4.5, theme.paper, {
        colour: theme.ink,
        width: 1.8,
      }),
    ),
  );
  const itinerary = svgFragment((pen) =>
    drawItinerary(pen, theme, width, below, {
      problem,
      run,
      time: undefined,
      neuron: -1,
      logTime: true,
    }),
  );
  const row = timeBox(width, below, true);
  const axis = timeAxis(layout, [row.left, row.left + row.width]);
  const cursors = moments.map((t) => pixel(t <= 0 ? row.left : axis(t)));
  const cursor = `<line x1="${cursors[0]}" x2="${cursors[0]}" y1="${row.top - 4}" y2="${row.top + row.height}" stroke="${theme.ink}" stroke-width="1.4">${animated('x1', cursors)}${animated('x2', cursors)}</line>`;
  const body =
    `${axes}<clipPath id="view"><rect x="${left}" y="${box.top - 8}" width="${box.width}" height="${box.height + 8}"/></clipPath>` +
    `<g clip-path="url(#view)"><path d="${curves[0]}" fill="none" stroke="${theme.ink}" stroke-width="2.8" stroke-linejoin="round">${animated('d', curves)}</path>${breakpoints.join('')}${dots}</g>` +
    `<g transform="translate(0 ${above})">${itinerary}${cursor}</g>`;
  return svgDocument(width, above + below, title, background, body);
}
