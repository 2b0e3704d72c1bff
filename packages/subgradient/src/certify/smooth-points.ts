import type { Kinks, Program } from '@nonsmooth/autodiff';
import { planOf, type Plan } from '../procedure/plan.js';
import { sweepBack } from '../procedure/sweep.js';
import { kinds } from '../procedure/tape.js';
import { preparedObjective } from './backward-sweep.js';
import { radiusOfConstancy, radiusScratch } from './radius.js';
import type { RadiusScratch, Switching } from './radius.js';

/** What is known of a function at a point near which it is smooth. */
export interface SmoothAnswer {
  readonly value: number;
  /** ∇f by a backward sweep. */
  readonly gradient: Float64Array;
  readonly radiusOfConstancy: number;
}

/** The plan of a program with its arrays, one call at a time. */
class SmoothPoints {
  readonly plan: Plan;
  private readonly procedure: Switching;
  private readonly point: Float64Array;
  private readonly scratch: RadiusScratch;
  private readonly seen: Float64Array;
  private readonly cotangents: { readonly cotangent: Float64Array; readonly error: Float64Array };

  constructor(plan: Plan, dimension: number) {
    this.plan = plan;
    // where a run decides everything, no switching variable is 0
    const { switching, differences } = plan;
    this.procedure = { tape: plan, switching, differences, active: [] };
    this.point = new Float64Array(dimension);
    this.scratch = radiusScratch(this.procedure);
    this.seen = new Float64Array(plan.switching.length);
    this.cotangents = { cotangent: this.scratch.moved, error: new Float64Array(plan.size) };
  }

  answer(
    program: Program,
    point: ArrayLike<number>,
    kinks: Kinks,
    refinements: number,
  ): SmoothAnswer | undefined {
    const { plan, point: x } = this;
    x.set(point);
    if (!plan.run(x)) return undefined;
    const usual = preparedObjective(program, x.length, kinks);
    usual.switching!(x, this.seen);
    if (!this.areSeen()) return undefined;
    const gradient = new Float64Array(x.length);
    usual.gradient(x, gradient);
    if (!gradient.every(Number.isFinite)) return undefined;
    return {
      value: plan.value[plan.output]!,
      gradient,
      radiusOfConstancy: radiusOfConstancy(this.procedure, refinements, this.scratch),
    };
  }

  /** Whether the sweep in doubles gives every switching variable the sign that it has. */
  private areSeen(): boolean {
    const { value, switching } = this.plan;
    for (let i = 0; i < switching.length; i++) {
      if (Math.sign(this.seen[i]!) !== Math.sign(value[switching[i]!]!)) return false;
    }
    return true;
  }

  /** ∇f by a sweep through the scalars; undefined where the plan does not decide that there is one. */
  gradient(point: ArrayLike<number>): Float64Array | undefined {
    const { plan, cotangents } = this;
    if (!plan.run(point)) return undefined;
    cotangents.cotangent.fill(0);
    cotangents.error.fill(0);
    sweepBack(plan, plan.output, cotangents);
    const gradient = new Float64Array(point.length);
    for (let id = 0; id < plan.size; id++) {
      if (plan.kind[id] === kinds.input) gradient[plan.first[id]!] = cotangents.cotangent[id]!;
    }
    return gradient;
  }
}

const prepared = new WeakMap<Program, SmoothPoints | 'none' | 'in use'>();

/** Scalars of plans that are kept while their program lives; larger ones are made anew by every call. */
const largestKept = 2 ** 18;

/** Does something with the plan of the program, which nobody else uses meanwhile. */
function withPlan<T>(
  program: Program,
  dimension: number,
  use: (points: SmoothPoints) => T | undefined,
): T | undefined {
  let points = prepared.get(program);
  if (points === undefined) {
    const plan = stops(program) ? undefined : planOf(program);
    points = plan === undefined ? 'none' : new SmoothPoints(plan, dimension);
    prepared.set(program, points);
  }
  if (typeof points === 'string') return undefined;
  prepared.set(program, 'in use');
  try {
    return use(points);
  } finally {
    if (points.plan.size <= largestKept) prepared.set(program, points);
    else prepared.delete(program);
  }
}

/** A sweep that stops gradients need not be one of f. */
function stops(program: Program): boolean {
  return program.nodes.some(({ op }) => op === 'stopGradient');
}

/** The gradient of a sweep, where error bounds alone show that no kink is active; undefined elsewhere. */
export function smoothAnswer(
  program: Program,
  point: ArrayLike<number>,
  kinks: Kinks,
  refinements: number,
): SmoothAnswer | undefined {
  return withPlan(program, point.length, (points) =>
    points.answer(program, point, kinks, refinements),
  );
}

/** ∇f in doubles, where error bounds alone show that no kink is active; undefined elsewhere. */
export function smoothGradient(
  program: Program,
  point: ArrayLike<number>,
): Float64Array | undefined {
  return withPlan(program, point.length, (points) => points.gradient(point));
}
