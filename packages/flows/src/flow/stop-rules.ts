import { ArgumentError } from '@nonsmooth/kernels';
import { requirePositive } from '../checks.js';

/** Where a flow ends: at `time`, or as soon as one of the others holds after a step. */
export interface StopRules {
  /** The horizon. */
  readonly time: number;
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

const ruleNames = ['time', 'gradientNorm', 'loss', 'norm', 'steps'];

/** A horizon alone, or rules; checked. @throws ArgumentError */
export function stopRules(until: number | StopRules): StopRules {
  const rules = typeof until === 'number' ? { time: until } : until;
  if (typeof rules !== 'object' || rules === null) {
    throw new ArgumentError('until', until, 'a horizon or rules { time, … }');
  }
  const { time, loss, gradientNorm, norm, steps } = rules;
  requirePositive({ 'until.time': time });
  for (const [name, value] of Object.entries({ gradientNorm, norm, steps })) {
    if (value !== undefined) requirePositive({ [`until.${name}`]: value });
  }
  if (loss !== undefined && !Number.isFinite(loss)) {
    throw new ArgumentError('until.loss', loss, 'a finite number');
  }
  const unknown = Object.keys(rules).find((name) => !ruleNames.includes(name));
  if (unknown !== undefined) {
    throw new ArgumentError('until', unknown, `rules named ${ruleNames.join(', ')}`);
  }
  return rules;
}
