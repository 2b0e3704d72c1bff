import { ArgumentError, requireBoolean, requireKnownOptions, requireObject } from '@nonsmooth/core';
import { optionNamesWith, settings } from '../options.js';
import type { InitialValueProblem } from '../problem.js';
import { checkedSaveAt } from '../save-at.js';
import { evaluate, type Segment } from '../segment.js';
import type { Integration, StreamOptions } from './integration.js';
import { Integrator, type Watch } from './integrator.js';
import { nothingWatched } from './nothing-watched.js';
import { Watches, type Watching } from './watches.js';

const names = optionNamesWith({ dense: true, segments: true, saveAt: true, from: true });

/**
 * Begins an integration of y' = rhs(t, y), y(t0) = y0, towards t1, to be taken step by step.
 * @throws ArgumentError for wrong arguments, IntegrationError where a step fails.
 */
export function integrate<Mode = undefined, Note = unknown>(
  problem: InitialValueProblem<Mode, Note>,
  options: StreamOptions = {},
): Integration<Mode, Note> {
  return begun<Mode, Note>(problem, options, (...given) => new Watches(...given));
}

/**
 * As `integrate`, for problems without modes and without events: what looks for them, a tenth of the package, is then no part of a
 * bundle.
 * @throws as `integrate`, ArgumentError also for modes and events.
 */
export function integrateSmooth(
  problem: Omit<InitialValueProblem, 'modes'>,
  options: Omit<StreamOptions, 'events'> = {},
): Integration {
  requireObject('problem', problem);
  requireObject('options', options);
  const { modes } = problem as InitialValueProblem;
  const { events } = options as StreamOptions;
  const allowed = 'undefined: integrate looks for them';
  if (modes !== undefined) throw new ArgumentError('problem.modes', modes, allowed);
  if (events !== undefined) throw new ArgumentError('options.events', events, allowed);
  return begun(problem, options, () => nothingWatched as Watching<undefined, unknown>);
}

function begun<Mode, Note>(
  problem: InitialValueProblem<Mode, Note>,
  options: StreamOptions,
  watch: Watch<Mode, Note>,
): Integration<Mode, Note> {
  requireKnownOptions('options', options, names);
  const checked = settings(problem, options);
  requireBoolean('dense', options.dense);
  requireBoolean('segments', options.segments);
  const { t0, t1 } = problem;
  const saveAt = options.saveAt === undefined ? undefined : checkedSaveAt(options.saveAt, t0, t1);
  const given = saveAt ? { ...options, saveAt } : options;
  const integrator = new Integrator(problem, checked, given, watch);
  if (options.from !== undefined) integrator.restore(options.from);
  else integrator.begin();
  return integrator;
}

/** The state at a time within a step, into `out`. */
export function stateAt(segment: Segment, t: number, out: Float64Array): Float64Array {
  evaluate(segment, (t - segment.start) / segment.step, out);
  return out;
}
