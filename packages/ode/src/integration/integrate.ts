import { requireBoolean, requireKnownOptions } from '@nonsmooth/core';
import { optionNamesWith, settings } from '../options.js';
import type { InitialValueProblem } from '../problem.js';
import { checkedSaveAt } from '../save-at.js';
import { evaluate, type Segment } from '../segment.js';
import type { Integration, StreamOptions } from './integration.js';
import { Integrator } from './integrator.js';

const names = optionNamesWith({ dense: true, segments: true, saveAt: true, from: true });

/**
 * Begins an integration of y' = rhs(t, y), y(t0) = y0, towards t1, to be taken step by step.
 * @throws ArgumentError for wrong arguments, IntegrationError where a step fails.
 */
export function integrate<Mode = undefined, Note = unknown>(
  problem: InitialValueProblem<Mode, Note>,
  options: StreamOptions = {},
): Integration<Mode, Note> {
  requireKnownOptions('options', options, names);
  const checked = settings(problem, options);
  requireBoolean('dense', options.dense);
  requireBoolean('segments', options.segments);
  const { t0, t1 } = problem;
  const saveAt = options.saveAt === undefined ? undefined : checkedSaveAt(options.saveAt, t0, t1);
  const integrator = new Integrator(problem, checked, saveAt ? { ...options, saveAt } : options);
  if (options.from !== undefined) integrator.restore(options.from);
  else integrator.begin();
  return integrator;
}

/** The state at a time within a step, into `out`. */
export function stateAt(segment: Segment, t: number, out: Float64Array): Float64Array {
  evaluate(segment, (t - segment.start) / segment.step, out);
  return out;
}
