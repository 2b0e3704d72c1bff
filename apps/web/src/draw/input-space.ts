import { neuronsOf, realization, type Neuron } from '../compute/neurons.js';
import type { Problem } from '../compute/problem.js';
import { evenly } from './evenly.js';
import { axis, drawAxes, extent, type Axis, type Box } from './frame.js';
import type { Pen } from './pen.js';
import { heatColour, neuronStyle, type Theme } from './theme.js';

/** What the view of the input space shows. */
export interface InputScene {
  readonly problem: Problem;
  readonly theta: Float64Array;
  /** The same moment of other runs. */
  readonly others: readonly Float64Array[];
  readonly neuron: number;
  readonly kinked: boolean;
}

/** Where things are in the view: to place points under the pointer. */
export interface InputPlace {
  readonly x: Axis;
  readonly y: Axis;
}

function boxOf(width: number, height: number): Box {
  return { left: 46, top: 22, width: Math.max(40, width - 60), height: Math.max(40, height - 60) };
}

/** Axes that depend on the samples only, so that nothing jumps while parameters move. */
export function inputPlace({ samples }: Problem, width: number, height: number): InputPlace {
  const box = boxOf(width, height);
  const { inputs, targets } = samples;
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const flat = inputs[0]?.length === 2;
  const across = extent(
    inputs.map((row) => row[0]!),
    0.12,
  );
  const up = extent(flat ? inputs.map((row) => row[1]!) : targets, flat ? 0.12 : 0.3);
  return {
    x: axis(across, [box.left, right], { count: Math.max(3, Math.floor(box.width / 90)) }),
    y: axis(up, [bottom, box.top], { count: Math.max(3, Math.floor(box.height / 60)) }),
  };
}

/** Draws samples, realization and kinks. */
export function drawInputSpace(
  pen: Pen,
  theme: Theme,
  width: number,
  height: number,
  scene: InputScene,
): void {
  const box = boxOf(width, height);
  const place = inputPlace(scene.problem, width, height);
  const flat = scene.problem.net.widths[0] === 2;
  const labels = flat ? { x: 'x₁', y: 'x₂', grid: false } : { x: 'input x', y: 'output N(x)' };
  if (!flat) drawAxes(pen, theme, box, place.x, place.y, labels);
  pen.clip(box.left, box.top, box.width, box.height, () =>
    flat ? drawPlane(pen, theme, box, place, scene) : drawLine(pen, theme, box, place, scene),
  );
  if (flat) drawAxes(pen, theme, box, place.x, place.y, labels);
}

/** Where a neuron of one input has its kink. */
export function breakpoint({ w, b }: Neuron): number {
  return -b / w[0]!;
}

function drawLine(
  pen: Pen,
  theme: Theme,
  box: Box,
  { x, y }: InputPlace,
  { problem, theta, others, neuron, kinked }: InputScene,
): void {
  const { net, samples } = problem;
  const neurons = neuronsOf(net, theta);
  const [from, to] = [x.invert(box.left), x.invert(box.left + box.width)];
  const inside = (at: number): boolean => at > from && at < to;
  const curve = (parameters: Float64Array): number[] => {
    const value = realization(net, parameters);
    const grid = Array.from({ length: 161 }, (_, i) => from + ((to - from) * i) / 160);
    const kinks = kinked ? neuronsOf(net, parameters).map(breakpoint).filter(inside) : [];
    return [...grid, ...kinks].sort((a, b) => a - b).flatMap((at) => [x(at), y(value([at]))]);
  };
  for (const other of others) {
    pen.line(curve(other), { colour: theme.soft, width: 1.2, opacity: 0.55 });
  }
  const value = realization(net, theta);
  const chosen = neurons[neuron];
  if (kinked && chosen && inside(breakpoint(chosen))) {
    const at = x(breakpoint(chosen));
    const active = chosen.w[0]! > 0 ? box.left + box.width - at : at - box.left;
    const { colour } = neuronStyle(theme, neuron);
    pen.rect(chosen.w[0]! > 0 ? at : box.left, box.top, active, box.height, colour, 0.07);
  }
  pen.line(curve(theta), { colour: theme.ink, width: 2.4 });
  if (kinked) drawBreakpoints();
  const radius = samples.inputs.length > 200 ? 2 : 4;
  for (const s of evenly([...samples.inputs.keys()], mostDots)) {
    const [at] = samples.inputs[s]!;
    pen.circle(x(at!), y(samples.targets[s]!), radius, theme.paper, {
      colour: theme.ink,
      width: radius / 2.5,
    });
  }

  function drawBreakpoints(): void {
    const shown = neurons.filter((one) => inside(breakpoint(one)));
    shown.sort((one, other) => breakpoint(one) - breakpoint(other));
    let [row, before] = [0, -Infinity];
    for (const one of shown) {
      const at = breakpoint(one);
      const { colour, dash } = neuronStyle(theme, one.index);
      const isChosen = one.index === neuron;
      const [px, py] = [x(at), y(value([at]))];
      const bottom = box.top + box.height;
      pen.line([px, bottom, px, py], { colour, width: isChosen ? 2 : 1.2, dash, opacity: 0.75 });
      pen.circle(px, py, isChosen ? 5 : 3.6, colour, { colour: theme.paper, width: 1.2 });
      // the triangle points to where the neuron is active
      const way = one.w[0]! > 0 ? 7 : -7;
      pen.area([px, bottom - 10, px + way, bottom - 5, px, bottom], colour);
      // numbers of neighbours stand above each other
      row = px - before < 22 ? row + 1 : 0;
      before = px;
      pen.text(px - way, bottom - 8 - 12 * row, String(one.index + 1), {
        colour,
        size: 11,
        weight: 600,
        anchor: 'middle',
      });
    }
  }
}

/** More dots than this would hide each other. */
const mostDots = 1000;
const cells = 44;

function drawPlane(
  pen: Pen,
  theme: Theme,
  box: Box,
  { x, y }: InputPlace,
  { problem, theta, neuron, kinked }: InputScene,
): void {
  const { net, samples } = problem;
  const value = realization(net, theta);
  const [low, high] = extent(samples.targets, 0);
  const [middle, half] = [(low + high) / 2, Math.max((high - low) / 2, 1e-9)];
  const shade = (target: number): string => heatColour(theme, (0.85 * (target - middle)) / half);
  const [dx, dy] = [box.width / cells, box.height / cells];
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const [px, py] = [box.left + i * dx, box.top + j * dy];
      const at = [x.invert(px + dx / 2), y.invert(py + dy / 2)];
      pen.rect(px, py, dx + 0.6, dy + 0.6, shade(value(at)));
    }
  }
  if (kinked) {
    for (const one of neuronsOf(net, theta)) {
      drawKinkLine(pen, theme, box, { x, y }, one, one.index === neuron);
    }
  }
  const radius = samples.inputs.length > 200 ? 3 : 5.5;
  for (const s of evenly([...samples.inputs.keys()], mostDots)) {
    const [px, py] = samples.inputs[s]!;
    pen.circle(x(px!), y(py!), radius, shade(samples.targets[s]!), {
      colour: theme.ink,
      width: radius / 3,
    });
  }
}

function drawKinkLine(
  pen: Pen,
  theme: Theme,
  box: Box,
  { x, y }: InputPlace,
  { index, w, b }: Neuron,
  isChosen: boolean,
): void {
  const [u, v] = [w[0]!, w[1]!];
  const size = Math.hypot(u, v);
  if (size === 0) return;
  const { colour, dash } = neuronStyle(theme, index);
  // the foot of the perpendicular from the middle of the view, and the line through it
  const middle = [x.invert(box.left + box.width / 2), y.invert(box.top + box.height / 2)];
  const distance = (u * middle[0]! + v * middle[1]! + b) / size;
  const foot = [middle[0]! - (distance * u) / size, middle[1]! - (distance * v) / size];
  const reach = 10 * Math.abs(x.invert(box.left + box.width) - x.invert(box.left));
  const end = (sign: number): number[] => [
    x(foot[0]! - (sign * reach * v) / size),
    y(foot[1]! + (sign * reach * u) / size),
  ];
  pen.line([...end(-1), ...end(1)], {
    colour: theme.paper,
    width: isChosen ? 5 : 3.5,
    opacity: 0.7,
  });
  pen.line([...end(-1), ...end(1)], { colour, width: isChosen ? 2.8 : 1.6, dash });
  const [px, py] = [x(foot[0]!), y(foot[1]!)];
  // a short stroke points to where the neuron is active
  const [ax, ay] = [x(foot[0]! + u / size) - px, y(foot[1]! + v / size) - py];
  const length = Math.hypot(ax, ay);
  const tip = [px + (14 * ax) / length, py + (14 * ay) / length];
  pen.line([px, py, ...tip], { colour, width: 2 });
  pen.circle(px, py, 8, theme.paper, { colour, width: 1.5 });
  pen.text(px, py, String(index + 1), { colour, size: 10, weight: 600, anchor: 'middle' });
}
