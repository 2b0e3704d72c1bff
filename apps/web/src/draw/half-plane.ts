import { momentAt, placesOf, stateAt } from '../compute/neurons.js';
import type { Problem } from '../compute/problem.js';
import type { Run } from '../compute/run.js';
import { axis, drawAxes, extent, type Box } from './frame.js';
import { evenly } from './evenly.js';
import type { Pen } from './pen.js';
import { neuronStyle, type Theme } from './theme.js';

/** What the parameter plane of a neuron shows. */
export interface PlaneScene {
  readonly problem: Problem;
  readonly run: Run;
  readonly others: readonly Run[];
  readonly neuron: number;
  readonly time: number;
  readonly kinked: boolean;
}

/**
 * The plane of (w, b) of one neuron with the lines w·x + b = 0 of the samples, and its way. Of two inputs the first is
 * drawn, on the slice through the other weight.
 */
export function drawHalfPlane(
  pen: Pen,
  theme: Theme,
  width: number,
  height: number,
  { problem, run, others, neuron, time, kinked }: PlaneScene,
): void {
  const box: Box = {
    left: 46,
    top: 22,
    width: Math.max(40, width - 60),
    height: Math.max(40, height - 60),
  };
  const at = placesOf(problem.net, neuron);
  const { states, dimension, t } = run;
  const ws = Array.from(t, (_, k) => states[k * dimension + at.w]!);
  const bs = Array.from(t, (_, k) => states[k * dimension + at.b]!);
  const [wFrom, wTo] = widened(extent(ws, 0.25));
  const [bFrom, bTo] = widened(extent(bs, 0.25));
  const x = axis([wFrom, wTo], [box.left, box.left + box.width], { count: 5 });
  const y = axis([bFrom, bTo], [box.top + box.height, box.top], { count: 5 });
  const flat = problem.net.widths[0] === 2;
  drawAxes(pen, theme, box, x, y, {
    x: flat ? 'weight w₁' : 'weight w',
    y: `bias b of neuron ${neuron + 1}`,
    grid: false,
  });
  const here = stateAt(run, time);
  const { colour } = neuronStyle(theme, neuron);
  pen.clip(box.left, box.top, box.width, box.height, () => {
    if (kinked) drawSampleLines();
    for (const other of others) drawWay(other, { colour: theme.soft, width: 1, opacity: 0.5 });
    drawWay(run, { colour, width: 1.4, opacity: 0.45 });
    drawWay(run, { colour, width: 2.4 }, time);
    drawSlides();
    const end = states.length - dimension;
    pen.circle(x(states[at.w]!), y(states[at.b]!), 4, theme.paper, { colour, width: 2 });
    pen.line(
      [
        x(states[end + at.w]!) - 4,
        y(states[end + at.b]!),
        x(states[end + at.w]!) + 4,
        y(states[end + at.b]!),
      ],
      { colour, width: 2 },
    );
    pen.circle(x(here[at.w]!), y(here[at.b]!), 5.5, colour, { colour: theme.paper, width: 1.5 });
  });

  function drawSampleLines(): void {
    const seen = new Set<string>();
    for (const row of evenly(problem.samples.inputs, mostLines)) {
      const name = row.join();
      if (seen.has(name)) continue;
      seen.add(name);
      const rest = flat ? here[at.w + 1]! * row[1]! : 0;
      const b = (w: number): number => -w * row[0]! - rest;
      pen.line([x(wFrom), y(b(wFrom)), x(wTo), y(b(wTo))], {
        colour: theme.soft,
        width: 1,
        opacity: 0.45,
      });
    }
  }

  function drawWay(
    { t: times, states: all, dimension: d }: Run,
    stroke: { colour: string; width: number; opacity?: number },
    until = Infinity,
  ): void {
    if (d !== dimension) return;
    const last = until === Infinity ? times.length - 1 : momentAt(times, until);
    const every = Math.max(1, Math.floor(last / 800));
    const points: number[] = [];
    for (let k = 0; k <= last; k += every)
      points.push(x(all[k * d + at.w]!), y(all[k * d + at.b]!));
    points.push(x(all[last * d + at.w]!), y(all[last * d + at.b]!));
    pen.line(points, stroke);
  }

  function drawSlides(): void {
    for (const { from, to } of slidesOf(run, neuron)) {
      const points: number[] = [];
      for (let k = momentAt(t, from); k <= momentAt(t, to); k++) points.push(x(ws[k]!), y(bs[k]!));
      pen.line(points, { colour, width: 6, opacity: 0.4 });
    }
  }
}

/** More lines than this would hide each other. */
const mostLines = 200;

/** A neuron that hardly moves is seen among its lines. */
function widened([from, to]: [number, number]): [number, number] {
  const missing = 0.6 - (to - from);
  return missing > 0 ? [from - missing / 2, to + missing / 2] : [from, to];
}

/** While a neuron of the first layer slides along a kink. */
export interface Slide {
  readonly from: number;
  readonly to: number;
  readonly sample: number;
}

/** The slides of a neuron, those that go on to the end included. */
export function slidesOf({ events, t }: Run, neuron: number, layer = 1): Slide[] {
  const open = new Map<number, number>();
  const slides: Slide[] = [];
  for (const event of events) {
    if (event.neuron !== neuron || event.layer !== layer) continue;
    const from = open.get(event.sample);
    if (event.kind === 'slide') open.set(event.sample, event.t);
    else if (from !== undefined && /^exit|^die|^on$|^off$/.test(event.kind)) {
      slides.push({ from, to: event.t, sample: event.sample });
      open.delete(event.sample);
    }
  }
  for (const [sample, from] of open) slides.push({ from, to: t[t.length - 1]!, sample });
  return slides;
}
