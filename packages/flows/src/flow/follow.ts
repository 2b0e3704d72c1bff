import {
  checkedSaveAt,
  IntegrationError,
  type Checkpoint,
  integrateSmooth,
  type InitialValueProblem,
  type Integration,
  type IntegrationOptions,
  type Method,
  type Statistics,
  type Step,
} from '@nonsmooth/ode';
import { ArgumentError, norm2 } from '@nonsmooth/core';
import {
  isInclusionCheckpoint,
  type InclusionCheckpoint,
} from '../inclusion/inclusion-checkpoint.js';
import { requireContinuation, type FlowCheckpoint, type FlowContinuation } from './checkpoint.js';
import { clockFor, type Clock } from './clock.js';
import { dissipation } from './energy.js';
import type { Flow, FlowOptions } from './flow.js';
import { Recorder } from './recorder.js';
import { reasonToStop, stopRules, type CheckedRules } from './stop-rules.js';

/** A flow as an initial value problem, and what is watched along it. */
export interface FlowField {
  readonly problem: Omit<InitialValueProblem, 'y0' | 't0' | 't1' | 'modes'>;
  /** L(Θ_t). */
  value(t: number, theta: Float64Array): number;
  /** Writes ±Θ'_t and returns L(Θ_t). */
  velocity(t: number, theta: Float64Array, out: Float64Array): number;
  /** Puts the state of an accepted step back on a manifold. */
  readonly project?: NonNullable<IntegrationOptions['project']>;
}

/** An integration of a flow under way. */
export interface FlowRun {
  readonly t: number;
  readonly y: Float64Array;
  readonly statistics: Statistics;
  /** Why it has ended; empty while it goes on. */
  readonly reason: string;
  /** Takes one step; undefined at the end. @throws IntegrationError */
  next(): Step | undefined;
  checkpoint(): Checkpoint | InclusionCheckpoint;
}

/** Integrates a flow with its records, stop rules and energy identity. @throws ArgumentError for options */
export function follow(
  field: FlowField,
  theta0: ArrayLike<number>,
  method: Method,
  { until, saveAt, energy = true, observe, from, ...options }: FlowOptions,
): Flow {
  const continuation = { ...(observe && { observe }), ...(from && { from }) };
  requireContinuation(continuation);
  const rules = stopRules(until, saveAt);
  const times = saveAt === undefined ? undefined : checkedSaveAt(saveAt, 0, rules.time);
  const start = Float64Array.from(theta0);
  const clock = clockFor({ ...field.problem, y0: start, t0: 0, t1: rules.time }, rules);
  let run: Integration;
  const saved = from?.integration;
  if (saved && isInclusionCheckpoint(saved)) {
    throw new ArgumentError('from.integration', saved, 'a checkpoint of a smooth flow');
  }
  try {
    run = integrateSmooth(clock.problem, {
      ...options,
      ...(field.project && { project: field.project }),
      method,
      segments: energy,
      // the start and the end are states of steps, which need no interpolant
      ...(times?.some((t) => t > 0 && t < rules.time) && { saveAt: times.map(clock.inverse) }),
      ...(saved && { from: saved }),
    });
  } catch (error) {
    if (!(error instanceof IntegrationError)) throw error;
    if (error.cause !== undefined) throw error.cause;
    return stuckAtStart(field, start, method.name, toleranceOf(options), error.message);
  }
  return record(run, field, { start, rules, clock, saveAt, energy, method, options, continuation });
}

/** What a run is recorded with. */
export interface Recording {
  readonly start: Float64Array;
  readonly rules: CheckedRules;
  readonly clock: Pick<Clock, 'time' | 'inverse' | 'rate'>;
  readonly saveAt: ArrayLike<number> | undefined;
  readonly energy: boolean;
  readonly method: Method;
  readonly options: IntegrationOptions;
  readonly continuation: FlowContinuation;
}

/** Takes the steps of a run to its end, with its records, stop rules and energy identity. */
export function record(
  run: FlowRun,
  field: Pick<FlowField, 'value' | 'velocity'>,
  { start, rules, clock, saveAt, energy, method, options, continuation }: Recording,
): Flow {
  const { observe, from } = continuation;
  const records = new Recorder(field, start, rules.time, saveAt, from?.saved);
  const initialLoss = from?.energy.initialLoss ?? records.initialLoss ?? field.value(0, start);
  let { loss, dissipated } = from?.energy ?? { loss: initialLoss, dissipated: 0 };
  let largest = {
    residual: from?.energy.largestStepResidual ?? 0,
    at: from?.energy.at ?? 0,
  };
  const [ends, residuals]: [number[], number[]] = [[], []];
  let stopped: string | undefined;
  let failure: string | undefined;
  let steps = from?.steps ?? 0;
  const checkpoint = (): FlowCheckpoint => {
    const integration = run.checkpoint();
    const { residual, at } = largest;
    return {
      integration,
      saved: records.past,
      steps,
      energy: { initialLoss, loss, dissipated, largestStepResidual: residual, at },
    };
  };
  let lostBefore = dissipated;
  let lost = NaN;
  let step: Step | undefined;
  // objects of every step, made once
  const onStep = {
    end: 0,
    y: run.y,
    stateAt: (t: number, out: Float64Array) =>
      step!.stateAt(Math.min(clock.inverse(t), step!.end), out),
    dissipatedAt: (t: number) =>
      t === onStep.end || !energy
        ? lostBefore + lost
        : lostBefore +
          dissipation(step!.segment!, Math.min(clock.inverse(t), step!.end), clock.rate),
  };
  const afterStep = {
    steps,
    norm: () => norm2(onStep.y),
    loss: () => (energy ? loss : field.value(onStep.end, onStep.y)),
    gradientNorm: () => records.speedAt(onStep.end, onStep.y),
  };
  try {
    for (step = run.next(); step; step = run.next()) {
      steps++;
      const { y } = step;
      const end = clock.time(step.end);
      onStep.end = end;
      onStep.y = y;
      lostBefore = dissipated;
      lost = energy ? dissipation(step.segment!, step.end, clock.rate) : NaN;
      const savedLoss = records.step(onStep);
      if (energy) {
        const before = loss;
        loss = savedLoss ?? field.value(end, y);
        dissipated += lost;
        const residual = Math.abs(loss - before + lost);
        if (residual > largest.residual) largest = { residual, at: end };
        ends.push(end);
        residuals.push(loss - initialLoss + dissipated);
      }
      afterStep.steps = steps;
      stopped = reasonToStop(rules, afterStep);
      if (stopped !== undefined) break;
      if (observe?.({ t: end, theta: y, steps, saved: records.records, checkpoint }) === false) {
        stopped = 'observe returned false';
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof IntegrationError)) throw error;
    failure = error.message;
  }
  const end = clock.time(run.t);
  if (end !== rules.time) stopped ??= run.reason;
  const { t, y, loss: losses, speed, dissipated: lostUntil } = records.result();
  return {
    t,
    y,
    loss: losses,
    speed,
    dissipated: lostUntil,
    energy: energy
      ? {
          dissipated,
          residual: loss - initialLoss + dissipated,
          largestStepResidual: largest.residual,
          at: largest.at,
          steps: { t: new Float64Array(ends), residual: new Float64Array(residuals) },
        }
      : undefined,
    method: method.name,
    tolerance: toleranceOf(options),
    statistics: run.statistics,
    status: failure !== undefined ? 'failed' : stopped !== undefined ? 'stopped' : 'finished',
    reason: failure ?? stopped ?? `t = ${rules.time}`,
    theta: run.y.slice(),
    end,
  };
}

/** What the integrator takes where nothing is given, too. */
export function toleranceOf({ rtol = 1e-3, atol = 1e-6 }: IntegrationOptions): Flow['tolerance'] {
  return {
    rtol,
    atol: typeof atol === 'number' ? atol : Array.from(atol).reduce((a, b) => Math.max(a, b)),
  };
}

/** The flow that cannot begin, because Θ'_0 is not finite. */
export function stuckAtStart(
  field: Pick<FlowField, 'velocity'>,
  start: Float64Array,
  method: string,
  tolerance: Flow['tolerance'],
  reason: string,
): Flow {
  const velocity = new Float64Array(start.length);
  const loss = field.velocity(0, start, velocity);
  return {
    t: Float64Array.of(0),
    y: [start],
    loss: Float64Array.of(loss),
    speed: Float64Array.of(norm2(velocity)),
    dissipated: Float64Array.of(0),
    energy: undefined,
    method,
    tolerance,
    statistics: {
      rhs: 1,
      jacobians: 0,
      jacobianVectors: 0,
      factorizations: 0,
      spectralRadii: 0,
      accepted: 0,
      rejected: 0,
      restarts: 0,
    },
    status: 'failed',
    reason,
    theta: start.slice(),
    end: 0,
  };
}
