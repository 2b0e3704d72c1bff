import { ArgumentError, requireBoolean, requireKnownOptions, requireNumber } from '@nonsmooth/core';
import { IntegrationError } from './errors.js';
import { integrate, stateAt } from './integration/integrate.js';
import { optionNamesWith, type IntegrationOptions } from './options.js';
import { requireProblem, type InitialValueProblem } from './problem.js';
import { checkedSaveAt } from './save-at.js';
import { segmentAt, type Segment } from './segment.js';
import type { Solution } from './solution.js';

/** Options of `solve`. */
export interface SolveOptions extends IntegrationOptions {
  /** Times between t0 and t1, in order, at which to save instead of after every step. */
  readonly saveAt?: ArrayLike<number>;
  /** Keep what `at` needs to evaluate the solution at any time. Default false. */
  readonly dense?: boolean;
  /** Sees every accepted step; returning false ends the integration there. */
  readonly observe?: (t: number, y: Float64Array) => boolean | void;
}

const names = optionNamesWith({ saveAt: true, dense: true, observe: true });

/**
 * Integrates y' = rhs(t, y), y(t0) = y0, to t1. The local error of each step is kept below
 * atol + rtol·max(|y_i|) in the norm chosen; the higher order solution is continued.
 * @throws ArgumentError for wrong arguments; IntegrationError, with t, h, the last state and the partial solution,
 *   where the right-hand side throws or is not finite at the start, the step size underflows, or `maxSteps` is
 *   reached.
 */
export function solve<Mode = undefined, Note = unknown>(
  problem: InitialValueProblem<Mode, Note>,
  options: SolveOptions = {},
): Solution<Mode, Note> {
  requireKnownOptions('options', options, names);
  const { dense = false, observe, ...rest } = options;
  requireProblem(problem);
  requireBoolean('dense', dense);
  const { t0, t1 } = problem;
  if (observe !== undefined && typeof observe !== 'function') {
    throw new ArgumentError('observe', observe, 'a function (t, y)');
  }
  const saveAt = options.saveAt === undefined ? undefined : checkedSaveAt(options.saveAt, t0, t1);
  const integration = integrate(problem, { ...rest, dense, ...(saveAt && { saveAt }) });
  const { y } = integration;
  const direction = Math.sign(t1 - t0);
  const times: number[] = [];
  const states: Float64Array[] = [];
  const segments: Segment[] = [];
  const modes: unknown[] = [];
  let status: Solution['status'] = 'finished';
  let reason = '';
  let saved = 0;
  const save = (t: number, state: Float64Array): void => {
    times.push(t);
    states.push(state.slice());
  };
  const solution = (): Solution<Mode, Note> => {
    const end = integration.t;
    return {
      t: Float64Array.from(times),
      y: states,
      end: { t: end, y: y.slice() },
      at(t) {
        requireNumber('t', t);
        if (!dense) throw new ArgumentError('dense', dense, 'true, to evaluate between the steps');
        if (!(direction * (t - t0) >= 0 && direction * (t - end) <= 0) || segments.length === 0) {
          throw new ArgumentError('t', t, `between ${t0} and ${end}`);
        }
        const index = segmentAt(segments, t, direction);
        const state = stateAt(segments[index]!, t, new Float64Array(y.length));
        options.project?.(t, state);
        problem.modes?.project?.(t, state, modes[index] as Mode);
        return state;
      },
      statistics: integration.statistics,
      roundingError: problem.roundingError?.(end),
      status,
      reason,
      events: integration.events,
      zeroEvents: integration.zeroEvents,
      modeChanges: integration.modeChanges,
    };
  };

  if (saveAt) while (saveAt[saved] === t0) save(saveAt[saved++]!, y);
  else save(t0, y);
  const between = new Float64Array(y.length);
  try {
    for (const { end, segment, mode, stateAt: within } of integration) {
      if (dense) {
        segments.push(copy(segment!));
        modes.push(mode);
      }
      if (!saveAt) save(end, y);
      else {
        while (saved < saveAt.length && direction * (saveAt[saved]! - end) <= 0) {
          const t = saveAt[saved++]!;
          save(t, t === end ? y : within(t, between));
        }
      }
      if (observe?.(end, y) === false) {
        status = 'stopped';
        reason = 'observe returned false';
        break;
      }
    }
  } catch (error) {
    if (error instanceof IntegrationError) {
      status = 'failed';
      reason = error.message;
      error.partial = solution();
    }
    throw error;
  }
  if (status === 'finished') {
    reason = integration.reason;
    if (integration.t !== t1) status = 'stopped';
  }
  return solution();
}

function copy(segment: Segment): Segment {
  return {
    ...segment,
    coefficients: segment.coefficients.slice(0, segment.degree + 1).map((one) => one.slice()),
  };
}
