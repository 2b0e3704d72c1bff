import { neuronsOf, preActivation } from '../compute/neurons.js';
import type { Problem } from '../compute/problem.js';
import type { Run, RunEvent } from '../compute/run.js';
import { drawAxes, type Box } from './frame.js';
import { slidesOf } from './half-plane.js';
import { evenly } from './evenly.js';
import type { Pen } from './pen.js';
import { neuronStyle, type Theme } from './theme.js';
import { timeAxis, timeLayout } from './time-axis.js';
import { drawCursor, timeBox, timeLabel } from './time-chart.js';

/** Events in words. */
export const eventNames: { readonly [Kind in RunEvent['kind']]: string } = {
  on: 'switches on',
  off: 'switches off',
  slide: 'begins to slide',
  'exit-on': 'stops sliding, on',
  'exit-off': 'stops sliding, off',
  die: 'dies',
  turn: 'turns',
  exit: 'is let go',
  several: 'could go on in several ways',
  'could-leave': 'could leave its kink',
};

/** The height that so many neurons need. */
export function itineraryHeight(neurons: number): number {
  return 58 + Math.min(16, neurons) * 20;
}

/** The row of a neuron in the timeline. */
export function rowOf(width: number, height: number, neurons: number): { box: Box; row: number } {
  const box = timeBox(width, height, true);
  return { box, row: box.height / neurons };
}

const shares = new WeakMap<Run, Float64Array[]>();

/** On how many samples a neuron of the first layer is active, as a share, at about 240 moments. */
function activity(problem: Problem, run: Run, moments: readonly number[]): Float64Array[] {
  const known = shares.get(run);
  if (known && known.length === moments.length) return known;
  const inputs = evenly(problem.samples.inputs, 400);
  const rows = moments.map((k) => {
    const theta = run.states.subarray(k * run.dimension, (k + 1) * run.dimension);
    return Float64Array.from(
      neuronsOf(problem.net, theta),
      (neuron) => inputs.filter((x) => preActivation(neuron, x) > 0).length / inputs.length,
    );
  });
  shares.set(run, rows);
  return rows;
}

/** Neurons over time: the share of samples they are active on, and all that happens at kinks. */
export function drawItinerary(
  pen: Pen,
  theme: Theme,
  width: number,
  height: number,
  scene: {
    readonly problem: Problem;
    readonly run: Run;
    /** The moment that is marked, if one is. */
    readonly time: number | undefined;
    readonly neuron: number;
    readonly logTime: boolean;
  },
): void {
  const { problem, run, time, neuron: chosen, logTime } = scene;
  const count = problem.net.widths[1]!;
  const { box, row } = rowOf(width, height, count);
  const layout = timeLayout(run, logTime);
  const x = timeAxis(layout, [box.left, box.left + box.width]);
  const place = (t: number): number => (t <= 0 ? box.left : x(t));
  const none = Object.assign((value: number) => value, {
    invert: (p: number) => p,
    ticks: [],
    format: String,
  });
  drawAxes(pen, theme, box, x, none, { x: timeLabel(run), y: 'neuron', grid: false });
  const last = run.t.length - 1;
  const moments = momentsAlong(run.t, place);
  const rows = activity(problem, run, moments);
  for (let i = 0; i < count; i++) {
    const { colour } = neuronStyle(theme, i);
    const [top, middle] = [box.top + i * row, box.top + (i + 0.5) * row];
    const thick = Math.min(14, row - 4);
    moments.forEach((k, m) => {
      const share = rows[m]![i]!;
      // whole pixels: neighbours neither overlap nor leave gaps
      const from = Math.round(place(run.t[k]!));
      const to = Math.round(place(run.t[moments[m + 1] ?? last]!));
      if (share > 0 && to > from) {
        pen.rect(from, middle - thick / 2, to - from, thick, colour, 0.08 + 0.5 * share);
      }
    });
    if (row >= 9 || i % 2 === 0) {
      pen.text(box.left - 8, middle, String(i + 1), {
        colour: i === chosen ? colour : theme.soft,
        size: 11,
        weight: i === chosen ? 700 : 400,
        anchor: 'end',
      });
    }
    if (i === chosen) {
      pen.line([box.left, top + row - 1, box.left + box.width, top + row - 1], {
        colour,
        opacity: 0.6,
      });
    }
    for (const slide of slidesOf(run, i)) {
      pen.line([place(slide.from), middle, place(slide.to), middle], {
        colour: theme.ink,
        width: 3,
      });
    }
  }
  for (const event of run.events) {
    if (event.layer !== 1) continue;
    drawEvent(
      pen,
      theme,
      event.kind,
      place(event.t),
      box.top + (event.neuron + 0.5) * row,
      Math.min(5, row / 2.6),
    );
  }
  if (run.uniqueUntil !== undefined) {
    const at = place(run.uniqueUntil);
    pen.line([at, box.top, at, box.top + box.height], { colour: theme.soft, dash: [3, 3] });
    // beside the name of the axis, and within the figure
    const words = Math.min(Math.max(at + 4, box.left + 52), box.left + box.width - 150);
    pen.text(words, box.top - 9, 'several solutions from here on', {
      colour: theme.soft,
      size: 10,
    });
  }
  if (run.atRestSince !== undefined) {
    const at = place(run.atRestSince);
    pen.rect(at, box.top, box.left + box.width - at, box.height, theme.soft, 0.12);
    pen.text(Math.min(at + 4, box.left + box.width - 34), box.top - 9, 'at rest', {
      colour: theme.soft,
      size: 10,
    });
  }
  if (time !== undefined) drawCursor(pen, theme, box, place(time));
}

/** A glyph per kind of event, which colour alone does not tell. */
export function drawEvent(
  pen: Pen,
  theme: Theme,
  kind: RunEvent['kind'],
  x: number,
  y: number,
  size: number,
): void {
  const stroke = { colour: theme.ink, width: 1.5 };
  switch (kind) {
    case 'on':
    case 'exit-on':
      pen.area([x - size, y + size * 0.7, x, y - size, x + size, y + size * 0.7], theme.ink);
      break;
    case 'off':
    case 'exit-off':
      pen.area([x - size, y - size * 0.7, x, y + size, x + size, y - size * 0.7], theme.paper);
      pen.line(
        [x - size, y - size * 0.7, x, y + size, x + size, y - size * 0.7, x - size, y - size * 0.7],
        stroke,
      );
      break;
    case 'slide':
      pen.rect(x - size * 0.8, y - size * 0.8, size * 1.6, size * 1.6, theme.ink);
      break;
    case 'die':
      pen.line([x - size, y - size, x + size, y + size], { ...stroke, width: 2 });
      pen.line([x - size, y + size, x + size, y - size], { ...stroke, width: 2 });
      break;
    case 'several':
    case 'could-leave':
      pen.circle(x, y, size, theme.paper, stroke);
      pen.text(x, y, '?', { colour: theme.ink, size: 9, weight: 600, anchor: 'middle' });
      break;
    default:
      pen.circle(x, y, size * 0.8, undefined, stroke);
  }
}

/** About 240 moments that are evenly spread over the pixels of the axis. */
function momentsAlong(t: Float64Array, place: (t: number) => number): number[] {
  const moments: number[] = [];
  let before = -Infinity;
  for (let k = 0; k < t.length; k++) {
    const at = place(t[k]!);
    if (at - before < 3) continue;
    moments.push(k);
    before = at;
  }
  return moments;
}
