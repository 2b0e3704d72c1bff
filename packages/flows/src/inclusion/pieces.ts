import { ArgumentError } from '@nonsmooth/core';
import {
  integrateSmooth,
  type Checkpoint,
  type Integration,
  type Method,
  type StreamOptions,
  type Statistics,
} from '@nonsmooth/ode';
import type { InclusionCheckpoint } from './inclusion-checkpoint.js';
import type { InclusionOptions, Rate } from './inclusion-options.js';
import type { RunState } from './run-state.js';
import type { SlidingField } from './sliding-field.js';
import { SlidingJacobian } from './sliding-jacobian.js';

type Counts = { -readonly [Name in keyof Omit<Statistics, 'rhs'>]: Statistics[Name] };

/**
 * The integrations between kinks that a flow consists of. One of them is begun again wherever a step was cut; only what
 * is to be projected asks for another one.
 */
export class Pieces {
  private readonly state: RunState;
  private readonly field: SlidingField;
  private readonly jacobian: SlidingJacobian;
  private readonly method: Method;
  private readonly options: InclusionOptions;
  private readonly rate: Rate;
  private piece: Integration | undefined;
  private isLeft = false;
  /** Whether the integration projects states. */
  private projects = false;
  /** The first step of the next piece, once a piece has been left. */
  nextStep: number | undefined;
  /** Of the pieces before. */
  private readonly counts: Counts = {
    jacobians: 0,
    jacobianVectors: 0,
    factorizations: 0,
    spectralRadii: 0,
    accepted: 0,
    rejected: 0,
    restarts: 0,
  };

  constructor(
    state: RunState,
    field: SlidingField,
    method: Method,
    options: InclusionOptions,
    rate: Rate,
  ) {
    this.state = state;
    this.field = field;
    this.jacobian = new SlidingJacobian(field, state.y.length);
    this.method = method;
    this.options = options;
    this.rate = rate;
  }

  get statistics(): Statistics {
    const sum = { rhs: this.field.sweeps, ...this.counts };
    if (this.piece) add(sum, this.piece.statistics);
    return sum;
  }

  /** The integration under way. */
  get current(): Integration {
    return this.piece!;
  }

  /** Ends the current piece: the integration goes on from another state, by a step of this size. */
  leave(nextStep?: number): void {
    this.isLeft = true;
    if (nextStep !== undefined) this.nextStep = nextStep;
  }

  /** As `leave`, at a kink. */
  cut(nextStep: number): void {
    this.leave(nextStep);
    this.counts.restarts++;
  }

  /** What the integrations need to go on, and back. */
  saved(): Pick<InclusionCheckpoint, 'piece' | 'isLeft' | 'projects' | 'counted'> {
    return {
      piece: this.piece?.checkpoint() ?? null,
      isLeft: this.isLeft,
      projects: this.projects,
      counted: { rhs: this.field.sweeps, ...this.counts },
    };
  }

  restore({ piece, isLeft, projects, counted, statistics, judged }: InclusionCheckpoint): void {
    const { state } = this;
    this.nextStep = judged.nextStep < 0 ? undefined : judged.nextStep;
    this.isLeft = isLeft;
    this.projects = projects;
    const goesOn = piece !== null && state.t < state.end;
    add(this.counts, goesOn ? counted : statistics);
    if (goesOn) this.piece = this.begin(piece);
  }

  /** The integration from here on. */
  resume(): Integration {
    const { piece, counts, field, nextStep, state } = this;
    if (piece && !this.isLeft) return piece;
    this.isLeft = false;
    const projects = this.options.project !== undefined || field.drifts;
    if (piece && projects === this.projects && nextStep !== undefined) {
      piece.restart(state.t, state.y, nextStep);
      return piece;
    }
    this.projects = projects;
    if (piece) add(counts, piece.statistics);
    this.piece = this.begin();
    return this.piece;
  }

  private begin(from?: Checkpoint): Integration {
    const { field, jacobian, rate, options, method } = this;
    const { t, end, y } = this.state;
    const { choice: _choice, project, ...rest } = options;
    const { maxSteps = 1_000_000, firstStep } = options;
    if (!(typeof maxSteps === 'number' && maxSteps > 0)) {
      throw new ArgumentError('options.maxSteps', maxSteps, 'a number > 0');
    }
    const done = this.counts.accepted + this.counts.rejected;
    const step = this.nextStep ?? firstStep;
    const given: { -readonly [Name in keyof StreamOptions]: StreamOptions[Name] } = {
      ...rest,
      method,
      dense: true,
      maxSteps: Math.max(1, maxSteps - done),
    };
    if (from) given.from = from;
    if (step !== undefined) given.firstStep = Math.min(step, end - t);
    if (this.projects) {
      given.project = (s, x) => {
        project?.(s, x);
        if (field.drifts) field.project(x);
      };
    }
    const isPlain = rate(t) === 1 && rate(end) === 1;
    const scale = (s: number, out: Float64Array): void => {
      const factor = rate(s);
      if (factor !== 1) for (let i = 0; i < out.length; i++) out[i] = factor * out[i]!;
    };
    return integrateSmooth(
      {
        rhs: isPlain
          ? (_s, x, out) => field.velocity(x, out)
          : (s, x, out) => {
              field.velocity(x, out);
              scale(s, out);
            },
        jacobian(s, x, out) {
          jacobian.matrix(x, out);
          scale(s, out);
        },
        y0: y,
        t0: t,
        t1: end,
        autonomous: isPlain,
        symmetric: true,
      },
      given,
    );
  }
}

function add(to: Counts, more: Statistics): void {
  to.jacobians += more.jacobians;
  to.jacobianVectors += more.jacobianVectors;
  to.factorizations += more.factorizations;
  to.spectralRadii += more.spectralRadii;
  to.accepted += more.accepted;
  to.rejected += more.rejected;
  to.restarts += more.restarts;
}
