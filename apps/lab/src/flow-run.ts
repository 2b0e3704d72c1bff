import type { Flow, FlowOptions, FlowProgress, InclusionFlow } from '@nonsmooth/flows';
import { ArgumentError, requireObject, type FloatArray, type Objective } from '@nonsmooth/core';
import { logarithmicTimes, trajectoryOf } from '@nonsmooth/flows';
import { Columns } from './columns.js';
import type { Hooks, Part } from './hooks.js';
import type { Trail } from './member-file.js';
import type { Recorder } from './recorder.js';
import { horizon, type Dynamics } from './study.js';

type FlowGiven = Extract<Dynamics, { kind: 'gradientFlow' | 'normalizedFlow' }>;

/** Goes on to the end of a flow from its start, or from a checkpoint. */
export type Follow = (options: FlowOptions) => Flow | InclusionFlow;

/**
 * A flow that saves checkpoints of itself and goes on from them, bit for bit, across kinks too. `objective` is what it is
 * the gradient flow of.
 */
export function flowRun(follow: Follow, given: FlowGiven, record: Recorder, objective?: Objective) {
  const { until, rtol, atol, save } = given;
  const end = horizon(until);
  const wanted = new Set(given.saveTheta);
  const late = [...wanted].find((t) => t > end);
  if (late !== undefined) {
    throw new ArgumentError('dynamics.saveTheta', late, `times up to ${end}`);
  }
  const times = logarithmicTimes(save.from ?? end * 1e-8, end, save.perDecade);
  const saveAt = [...new Set([0, ...times, ...wanted])].toSorted((a, b) => a - b);
  const energy = record.names.includes('energyResidual');

  return (hooks: Hooks): Part => {
    const { earlier } = hooks;
    const from = earlier?.checkpoint;
    const before = from ? earlier?.trail : undefined;
    const columns = from ? Columns.from(earlier.columns) : new Columns(['t', ...record.names]);
    const already = columns.length;
    const kept = new Map<number, FloatArray>(from ? earlier?.kept : undefined);
    let overflowAt: number | undefined;
    let loss0 = NaN;

    /** Records the times that are new among those that the flow has saved. */
    const take = ({ t, y, loss, speed, dissipated }: FlowProgress['saved'] | Flow): void => {
      for (let i = columns.length - already; i < t.length; i++) {
        const time = t[i]!;
        if (time === 0) loss0 = loss[i]!;
        const known = {
          loss: loss[i]!,
          speed: speed[i]!,
          energyResidual: loss[i]! - loss0 + dissipated[i]!,
        };
        columns.add([time, ...record.row(y[i]!, known)]);
        if (wanted.has(time)) kept.set(time, y[i]!.slice());
        if (!Number.isFinite(loss[i])) overflowAt ??= time;
      }
    };
    if (from) {
      requireObject('checkpoint', from);
      requireObject('checkpoint.energy', from.energy);
      loss0 = from.energy.initialLoss;
    }

    let saved = Date.now();
    const observe = (progress: FlowProgress): void => {
      hooks.progress(already + progress.saved.t.length, saveAt.length);
      if (Date.now() - saved < 1000 * hooks.checkpointSeconds) return;
      saved = Date.now();
      const checkpoint = progress.checkpoint();
      if (!checkpoint) return;
      take(progress.saved);
      const { integration } = checkpoint;
      if ('itinerary' in integration) {
        columns.derive('kinkEvents', 't', countUntil(integration.itinerary));
      }
      hooks.checkpoint({
        columns: columns.read(),
        theta: progress.theta.slice(),
        moments: [],
        checkpoint,
        trail: joined(before, progress.saved),
        ...(kept.size > 0 && { kept: new Map(kept) }),
        status: 'unfinished',
        reason: `at t = ${progress.t} of ${end}`,
        gradients: integration.statistics.rhs,
        steps: progress.steps,
        events: [],
      });
    };

    const flow = follow({ until, rtol, atol, saveAt, energy, observe, ...(from && { from }) });
    const itinerary = 'itinerary' in flow ? flow.itinerary : undefined;
    take(flow);
    // the whole itinerary, also of what was before a checkpoint
    if (itinerary) columns.derive('kinkEvents', 't', countUntil(itinerary));
    return {
      columns: columns.read(),
      theta: flow.theta,
      moments: [],
      ...(kept.size > 0 && { kept: new Map(kept) }),
      status: overflowAt !== undefined ? 'failed' : flow.status,
      reason:
        overflowAt !== undefined ? `the loss is not finite at t = ${overflowAt}` : flow.reason,
      gradients: flow.statistics.rhs,
      steps: flow.statistics.accepted,
      events: itinerary?.map((event) => ({ ...event })) ?? [],
      flow: {
        trajectory: trajectoryOf({ ...flow, ...joined(before, flow) }),
        ...(objective && { objective }),
      },
    };
  };
}

/** How many events there were by a time; times are asked for in ascending order. */
function countUntil(events: readonly { readonly t: number }[]): (time: number) => number {
  let count = 0;
  return (time) => {
    while (count < events.length && events[count]!.t <= time) count++;
    return count;
  };
}

function joined(
  before: Trail | undefined,
  { t, y, loss, speed }: FlowProgress['saved'] | Flow,
): Trail {
  const both = (earlier: Float64Array | undefined, later: ArrayLike<number>): Float64Array =>
    Float64Array.from([...(earlier ?? []), ...Array.from(later)]);
  return {
    t: both(before?.t, t),
    y: [...(before?.y ?? []), ...y],
    loss: both(before?.loss, loss),
    speed: both(before?.speed, speed),
  };
}
