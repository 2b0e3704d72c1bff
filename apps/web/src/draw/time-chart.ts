import type { Run } from '../compute/run.js';
import type { ChartName } from '../state/state.js';
import { axis, drawAxes, extent, type Box } from './frame.js';
import type { Pen } from './pen.js';
import type { Theme } from './theme.js';
import { timeAxis, timeLayout, type TimeLayout } from './time-axis.js';

/** What the curves are called, with their symbols. */
export const chartNames: { readonly [Name in ChartName]: string } = {
  loss: 'loss L(θ)',
  norm: '‖θ‖',
  speed: 'speed ‖θ′‖',
  lyapunov: 'V(θ)',
  invariants: 'change of invariants',
  energy: 'energy residual',
};

/** The values of a curve, and their times. */
export function seriesOf(
  run: Run,
  name: ChartName,
): { t: Float64Array; values: Float64Array } | undefined {
  if (name === 'energy') {
    return run.energy && { t: run.energy.t, values: run.energy.residual.map(Math.abs) };
  }
  const values = run[name];
  return values && { t: run.t, values };
}

/** The margins of everything that has time on its axis, so that moments stand below each other. */
export function timeBox(width: number, height: number, isLast = false): Box {
  return {
    left: 62,
    top: 20,
    width: Math.max(40, width - 76),
    height: Math.max(20, height - (isLast ? 56 : 30)),
  };
}

/** One curve over time, of the run and of others behind it. */
export function drawTimeChart(
  pen: Pen,
  theme: Theme,
  width: number,
  height: number,
  scene: {
    readonly run: Run;
    readonly others: readonly Run[];
    readonly name: ChartName;
    readonly time: number;
    readonly logTime: boolean;
    readonly logValue: boolean;
    readonly isLast: boolean;
  },
): void {
  const { run, others, name, time, logTime, logValue, isLast } = scene;
  const box = timeBox(width, height, isLast);
  const layout = timeLayout(run, logTime);
  const x = timeAxis(layout, [box.left, box.left + box.width]);
  const curves = [...others, run].map((one) => seriesOf(one, name));
  const all = curves.flatMap((curve) => (curve ? [...thinned(curve.values)] : []));
  const positive = all.filter((value) => value > 0);
  const log = logValue && positive.length > 0 && !all.some((value) => value < 0);
  const range = log ? decades(positive) : extent(all, 0.1);
  const y = axis(range, [box.top + box.height, box.top], { log, count: height > 120 ? 5 : 3 });
  const label = isLast ? timeLabel(run) : undefined;
  drawAxes(pen, theme, box, x, y, { ...(label && { x: label }), y: chartNames[name] });
  pen.clip(box.left, box.top - 2, box.width + 2, box.height + 4, () => {
    curves.forEach((curve, i) => {
      if (!curve) return;
      const isRun = i === curves.length - 1;
      const points = pointsOf(curve, x, y, layout, log);
      pen.line(points, {
        colour: isRun ? theme.accent : theme.soft,
        width: isRun ? 2 : 1.1,
        ...(!isRun && { opacity: 0.7 }),
      });
    });
  });
  if (!seriesOf(run, name)) {
    pen.text(box.left + 8, box.top + box.height / 2, whyMissing[name] ?? 'not for this run', {
      colour: theme.soft,
      size: 12,
    });
  }
  drawCursor(pen, theme, box, time <= 0 ? box.left : x(time));
}

const whyMissing: Partial<Record<ChartName, string>> = {
  lyapunov: 'V is known for ReLU networks with constant targets and the squared loss',
  invariants: 'conserved for ReLU-like activations only',
  energy: 'for flows only',
};

/** What the axis of time means. */
export function timeLabel({ experiment }: Run): string {
  const isFlow = experiment.dynamics === 'flow' || experiment.dynamics === 'normalized';
  return isFlow ? 'time t' : 'time γ·n after n steps';
}

/** The moment that is looked at. */
export function drawCursor(pen: Pen, theme: Theme, { top, height }: Box, at: number): void {
  pen.line([at, top - 4, at, top + height], { colour: theme.ink, width: 1.2, opacity: 0.75 });
}

function* thinned(values: Float64Array): Iterable<number> {
  const every = Math.max(1, Math.floor(values.length / 2000));
  for (let i = 0; i < values.length; i += every) yield values[i]!;
  if (values.length > 0) yield values[values.length - 1]!;
}

/** Whole decades around the values, at most sixteen. */
function decades(values: readonly number[]): [number, number] {
  const [low, high] = extent(values, 0);
  const top = Math.max(high, Number.MIN_VALUE * 1e16);
  const bottom = Math.max(Math.min(low, top), top * 1e-16);
  const ratio = Math.max(1.2, (top / Math.max(bottom, Number.MIN_VALUE)) ** 0.06);
  return [bottom / ratio, top * ratio];
}

function pointsOf(
  { t, values }: { t: Float64Array; values: Float64Array },
  x: (value: number) => number,
  y: (value: number) => number,
  { from, log: logTime }: TimeLayout,
  log: boolean,
): number[] {
  const points: number[] = [];
  const every = Math.max(1, Math.floor(t.length / 1500));
  for (
    let i = 0;
    i < t.length;
    i += i + every < t.length || i === t.length - 1 ? every : t.length - 1 - i
  ) {
    const [time, value] = [t[i]!, values[i]!];
    if (logTime && time > 0 && time < from) continue;
    points.push(x(time), log && !(value > 0) ? NaN : y(value));
  }
  return points;
}
