import type { Trajectory } from './trajectory.js';

/** ln of half a decade. */
export const halfDecade: number = Math.LN10 / 2;

/** How a trajectory moved in the half decades of time before its end, the last one first. */
export interface HalfDecades {
  /** d_j = ‖Θ(T·10^{−j/2}) − Θ(T·10^{−(j+1)/2})‖/scale; from speeds, as lengths, where no states were saved. */
  readonly displacements: readonly number[];
  /** ‖Θ‖ and L at T·10^{−j/2}, one more than displacements. */
  readonly norms: readonly number[];
  readonly losses: readonly number[];
  /** max(‖Θ_T‖, ‖Θ_T − Θ_0‖). */
  readonly scale: number;
  /** Displacements up to this are tolerance and rounding. */
  readonly floor: number;
  /** ln(T/t₁) with t₁ the time by which a twentieth of the path was made. */
  readonly logSpan: number;
  /** Whether displacements come from states. */
  readonly fromStates: boolean;
}

/** At most so many half decades are looked at. */
const most = 8;

/** Splits the end of a trajectory into half decades; as many as its saved times resolve. */
export function halfDecades(trajectory: Trajectory): HalfDecades {
  const { times, norms, speeds, losses, states, tolerance } = trajectory;
  const last = times.length - 1;
  const horizon = Math.log(times[last]!);
  const logTimes = Float64Array.from(times, Math.log);
  const marks: { readonly left: number; readonly share: number }[] = [];
  for (let j = 0; j <= most; j++) {
    const place = locate(logTimes, horizon - j * halfDecade);
    if (place === undefined) break;
    marks.push(place);
  }
  const between = (values: ArrayLike<number>, { left, share }: (typeof marks)[number]): number =>
    share === 0 ? values[left]! : (1 - share) * values[left]! + share * values[left + 1]!;
  const path = states ? chords(states) : lengths(times, speeds);
  const normAt = marks.map((mark) => between(norms, mark));
  const start = states ? distance(states[last]!, states[0]!) : Math.abs(norms[last]! - norms[0]!);
  const scale = Math.max(norms[last]!, start) || 1;
  const stateAt = (mark: (typeof marks)[number]): Float64Array => {
    const left = states![mark.left]!;
    const right = states![Math.min(last, mark.left + 1)]!;
    return Float64Array.from(left, (x, i) => x + mark.share * (right[i]! - x));
  };
  const displacements = marks.slice(1).map((mark, j) => {
    const moved = states
      ? distance(stateAt(mark), stateAt(marks[j]!))
      : between(path, marks[j]!) - between(path, mark);
    return moved / scale;
  });
  const { rtol, atol } = tolerance ?? { rtol: 0, atol: 0 };
  const whole = path[last]!;
  let begun = 0;
  while (begun < last && path[begun]! < 0.05 * whole) begun++;
  return {
    displacements,
    norms: normAt,
    losses: marks.map((mark) => between(losses, mark)),
    scale,
    floor: (10 * (rtol * scale + atol)) / scale + 20 * Number.EPSILON,
    logSpan: Math.max(0, horizon - logTimes[begun]!),
    fromStates: states !== undefined,
  };
}

/** Where ln t lies between saved times, if these are less than a decade apart there. */
function locate(
  logTimes: Float64Array,
  at: number,
): { readonly left: number; readonly share: number } | undefined {
  const slack = 1e-9;
  if (at < logTimes[0]! - slack) return undefined;
  let left = logTimes.length - 1;
  while (left > 0 && logTimes[left]! > at + slack) left--;
  if (left === logTimes.length - 1) return { left, share: 0 };
  const gap = logTimes[left + 1]! - logTimes[left]!;
  if (gap > 2 * halfDecade) return undefined;
  const share = Math.max(0, (at - logTimes[left]!) / gap);
  return { left, share: share < slack ? 0 : share };
}

/** Length of the polygon through the states up to each of them. */
function chords(states: readonly ArrayLike<number>[]): Float64Array {
  const path = new Float64Array(states.length);
  for (let i = 1; i < path.length; i++) {
    path[i] = path[i - 1]! + distance(states[i]!, states[i - 1]!);
  }
  return path;
}

/** ∫‖Θ'‖ dt up to each time: the trapezoidal rule in log t, in which power laws are smooth. */
function lengths(times: ArrayLike<number>, speeds: ArrayLike<number>): Float64Array {
  const path = new Float64Array(times.length);
  for (let i = 1; i < path.length; i++) {
    const step = Math.log(times[i]! / times[i - 1]!);
    path[i] = path[i - 1]! + (step * (times[i]! * speeds[i]! + times[i - 1]! * speeds[i - 1]!)) / 2;
  }
  return path;
}

function distance(u: ArrayLike<number>, v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += (u[i]! - v[i]!) ** 2;
  return Math.sqrt(sum);
}
