import { ArgumentError } from '@nonsmooth/kernels';

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

/** A horizon alone, or rules; checked. @throws ArgumentError */
export function stopRules(until: number | StopRules): StopRules {
  const rules = typeof until === 'number' ? { time: until } : until;
  for (const [name, value] of Object.entries(rules) as [string, number | undefined][]) {
    if (value !== undefined && !(value > 0 && value < Infinity)) {
      throw new ArgumentError(`until.${name}`, value, 'a finite number > 0');
    }
  }
  return rules;
}
