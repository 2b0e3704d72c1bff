import {
  ArgumentError,
  requireKnownOptions,
  requirePositive,
  type OptionNames,
} from '@nonsmooth/core';

/** Where a flow ends: at `time` or `logTime`, or as soon as one of the others holds after a step. */
export interface StopRules {
  /** The horizon. */
  readonly time?: number;
  /**
   * ln of the horizon, at most 700. The flow is integrated in s = ln(1 + t); `maxStep` and `firstStep` are then measured
   * in s. Not for flows across kinks.
   */
  readonly logTime?: number;
  /** ‖∇L(Θ_t)‖ at most this; costs one gradient per step. */
  readonly gradientNorm?: number;
  /** L(Θ_t) at most this. */
  readonly loss?: number;
  /** ‖Θ_t‖ at least this. */
  readonly norm?: number;
  /** Accepted steps. */
  readonly steps?: number;
}

/** What rules are asked about after a step, each computed only if a rule needs it. */
export interface StepState {
  readonly steps: number;
  loss(): number;
  norm(): number;
  gradientNorm(): number;
}

/** The reason to stop now, if there is one. */
export function reasonToStop(rules: StopRules, state: StepState): string | undefined {
  const { steps, norm, loss, gradientNorm } = rules;
  if (steps !== undefined && state.steps >= steps) return `${state.steps} steps`;
  if (norm !== undefined && state.norm() >= norm) return `‖Θ‖ = ${state.norm()} ≥ ${norm}`;
  if (loss !== undefined && state.loss() <= loss) return `L = ${state.loss()} ≤ ${loss}`;
  if (gradientNorm !== undefined && state.gradientNorm() <= gradientNorm) {
    return `‖∇L‖ = ${state.gradientNorm()} ≤ ${gradientNorm}`;
  }
  return undefined;
}

const ruleNames: OptionNames<StopRules> = {
  time: true,
  logTime: true,
  gradientNorm: true,
  loss: true,
  norm: true,
  steps: true,
};

/** Rules with the horizon. */
export type CheckedRules = StopRules & { readonly time: number };

/** The largest logTime: e^700 is about 1e304. */
const largestLogTime = 700;

/**
 * The horizon e^logTime; or the last of the times to save, if that is the same but for the rounding of logarithms.
 */
function horizonAt(logTime: number, saveAt: ArrayLike<number> | undefined): number {
  const time = Math.exp(logTime);
  const last = saveAt?.[saveAt.length - 1] ?? time;
  const rounding = 4 * Number.EPSILON * (1 + Math.abs(logTime));
  return Math.abs(last - time) <= rounding * time ? last : time;
}

/** A horizon alone, or rules; checked. @throws ArgumentError */
export function stopRules(until: number | StopRules, saveAt?: ArrayLike<number>): CheckedRules {
  const rules = typeof until === 'number' ? { time: until } : until;
  if (typeof rules !== 'object' || rules === null) {
    throw new ArgumentError('until', until, 'a horizon or rules { time, … }');
  }
  requireKnownOptions('until', rules, ruleNames);
  const { time, logTime, loss, gradientNorm, norm, steps } = rules;
  if (logTime === undefined) requirePositive({ 'until.time': time! });
  else {
    if (time !== undefined) {
      throw new ArgumentError('until.time', time, 'left out where until.logTime is given');
    }
    if (!(Math.abs(logTime) <= largestLogTime)) {
      throw new ArgumentError(
        'until.logTime',
        logTime,
        `from −${largestLogTime} to ${largestLogTime}`,
      );
    }
  }
  for (const [name, value] of Object.entries({ gradientNorm, norm, steps })) {
    if (value !== undefined) requirePositive({ [`until.${name}`]: value });
  }
  if (loss !== undefined && !Number.isFinite(loss)) {
    throw new ArgumentError('until.loss', loss, 'a finite number');
  }
  return { ...rules, time: time ?? horizonAt(logTime!, saveAt) };
}
