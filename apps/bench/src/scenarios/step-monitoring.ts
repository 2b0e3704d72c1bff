import { dormandPrince54, solve, type Modes } from '@nonsmooth/ode';
import { foldIn, key, normal, uniform } from '@nonsmooth/tensor';
import { boundError, type Check } from '../check.js';
import type { Mark } from '../mark.js';
import type { EnsembleCase, Rates, Work } from '../scenario.js';

// What watching thousands of kinks costs: steps of a 1-m-1 ReLU flow with its kinks proved not to be crossed, by the
// control points of the dense output, against the same steps with the activation pattern fixed and nothing watched.

export interface MonitoringTask {
  readonly task: 'monitoring';
  readonly width: number;
  readonly samples: number;
}

export interface MonitoringAnswer {
  /** Time of the watching relative to that of a step's right-hand sides. */
  readonly share: number;
  /** Between the end points with and without watching. */
  readonly error: number;
}

const limits = [0.1, 0.25];

export const monitoringCase: EnsembleCase<MonitoringTask> = {
  kind: 'ensemble',
  unit: 'measurements',
  name: 'monitoring of kinks',
  alone: true,
  runs: [
    { task: 'monitoring', width: 64, samples: 1024 },
    { task: 'monitoring', width: 8, samples: 20 },
  ],
};

export function prepareMonitoring({ width, samples }: MonitoringTask): Work<MonitoringAnswer> {
  const { x, y, theta } = problemOf(width, samples);
  const flow = reluNetworkFlow(x, y, width, theta);
  const step = 1e-9;
  // whole integrations of few and many steps, whose difference leaves out what a start costs
  const few = Math.ceil(Math.min(1000, 6e5 / (width * samples)));
  const many = 5 * few;
  let inRightHandSides = 0;
  const rhs = (t: number, theta: Float64Array, out: Float64Array): void => {
    const begin = performance.now();
    flow.rhs(t, theta, out);
    inRightHandSides += performance.now() - begin;
  };
  const integrate = (steps: number, watched: boolean): Float64Array => {
    const t1 = steps * step;
    const problem = { rhs, y0: theta, t0: 0, t1, autonomous: true };
    const options = { method: dormandPrince54, fixedStep: step, saveAt: [t1] };
    return solve({ ...problem, ...(watched && { modes: flow.modes }) }, options).y[0]!;
  };
  let ends: readonly Float64Array[] = [];
  return {
    units: 1,
    run: () => void (ends = [integrate(many, false), integrate(many, true)]),
    answer() {
      /** Least time outside of right-hand sides, and in them, of each of these integrations. */
      const times = [few, many].flatMap((steps) =>
        [false, true].map((watched) => ({ steps, watched, outside: Infinity, inside: Infinity })),
      );
      for (let round = 0; round < 10; round++) {
        for (const one of times) {
          inRightHandSides = 0;
          const begin = performance.now();
          integrate(one.steps, one.watched);
          const outside = performance.now() - begin - inRightHandSides;
          one.outside = Math.min(one.outside, outside);
          one.inside = Math.min(one.inside, inRightHandSides);
        }
      }
      const [plainFew, watchedFew, plainMany, watchedMany] = times.map(({ outside }) => outside);
      return {
        share:
          (watchedMany! - watchedFew! - (plainMany! - plainFew!)) /
          (times[2]!.inside - times[0]!.inside),
        error: Math.max(...ends[0]!.map((value, i) => Math.abs(value - ends[1]![i]!))),
      };
    },
    fingerprint: () => ends,
  };
}

export function checkMonitoring(
  answers: readonly MonitoringAnswer[],
  tasks: readonly MonitoringTask[],
): readonly Check[] {
  return answers.map(({ error }, i) =>
    boundError(`${nameOf(tasks[i]!)}: with and without`, error, 1e-14, 'absolute'),
  );
}

export function monitoringMarks(rates: Rates): readonly Mark[] {
  return (rates.answers(monitoringCase.name) as readonly MonitoringAnswer[]).map(
    ({ share }, i) => ({
      quantity: `monitoring ÷ right-hand sides of a step, ${nameOf(monitoringCase.runs[i]!)}`,
      ratio: share,
      mark: limits[i]!,
      atMost: true,
    }),
  );
}

function nameOf({ width, samples }: MonitoringTask): string {
  return `1-${width}-1, ${samples} samples`;
}

function problemOf(width: number, samples: number) {
  const random = foldIn(key(1), width);
  const x = uniform(foldIn(random, 1), [samples], { low: -1, high: 1 }).data.slice().sort();
  return {
    x,
    y: x.map((value) => Math.sin(3 * value)),
    theta: Float64Array.from(normal(foldIn(random, 2), [3 * width + 1]).data),
  };
}

/**
 * The gradient flow of mean (Σ_j v_j relu(w_j x + b_j) + c − y)², θ = (w, b, v, c), for increasing x, with the
 * activation pattern of the start; the kink of neuron j at sample s is number j·samples + s.
 */
function reluNetworkFlow(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  width: number,
  start: Float64Array,
) {
  const samples = x.length;
  const residual = new Float64Array(samples);
  const kink = (theta: Float64Array, j: number, s: number): number =>
    theta[j]! * x[s]! + theta[width + j]!;
  const activation = Float64Array.from({ length: width * samples }, (_, index) =>
    kink(start, Math.floor(index / samples), index % samples) > 0 ? 1 : 0,
  );
  const rhs = (_t: number, theta: Float64Array, out: Float64Array): void => {
    residual.fill(theta[3 * width]!);
    for (let j = 0; j < width; j++) {
      const [w, b, v] = [theta[j]!, theta[width + j]!, theta[2 * width + j]!];
      for (let s = 0; s < samples; s++) {
        residual[s]! += v * activation[j * samples + s]! * (w * x[s]! + b);
      }
    }
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      residual[s] = (-2 / samples) * (residual[s]! - y[s]!);
      sum += residual[s]!;
    }
    out[3 * width] = sum;
    for (let j = 0; j < width; j++) {
      const [w, b, v] = [theta[j]!, theta[width + j]!, theta[2 * width + j]!];
      let [active, moment] = [0, 0];
      for (let s = 0; s < samples; s++) {
        const share = residual[s]! * activation[j * samples + s]!;
        active += share;
        moment += share * x[s]!;
      }
      out[j] = v * moment;
      out[width + j] = v * active;
      out[2 * width + j] = w * moment + b * active;
    }
  };
  const modes: Modes<undefined> = {
    initial: () => ({ mode: undefined }),
    count: width * samples,
    surfaces(_t, theta, out) {
      for (let j = 0; j < width; j++) {
        for (let s = 0; s < samples; s++) out[j * samples + s] = kink(theta, j, s);
      }
    },
    onSwitch: () => 'stop',
    screen: {
      // neuron j can only pass samples between the extreme places of its kink −b/w at the control points
      candidates(points, count, out) {
        let found = 0;
        for (let j = 0; j < width; j++) {
          const side = points[0]![j]! > 0;
          let low = Infinity;
          let high = -Infinity;
          for (let k = 0; k < count; k++) {
            const w = points[k]![j]!;
            const place = -points[k]![width + j]! / w;
            if (w === 0 || w > 0 !== side) {
              // a weight that changes its sign turns its neuron around: any sample may be passed
              low = -Infinity;
              high = Infinity;
              break;
            }
            if (place < low) low = place;
            if (place > high) high = place;
          }
          low -= 1e-12 * Math.abs(low);
          high += 1e-12 * Math.abs(high);
          for (let s = firstFrom(x, low); s < samples && x[s]! <= high; s++) {
            out[found++] = j * samples + s;
          }
        }
        return found;
      },
      value: (index, _t, theta) => kink(theta, Math.floor(index / samples), index % samples),
    },
  };
  return { rhs, modes };
}

/** The first index with x ≥ low, by bisection. */
function firstFrom(x: ArrayLike<number>, low: number): number {
  let begin = 0;
  for (let end = x.length; begin < end;) {
    const middle = (begin + end) >> 1;
    if (x[middle]! < low) begin = middle + 1;
    else end = middle;
  }
  return begin;
}
