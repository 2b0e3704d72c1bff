import type { IntegrationOptions } from '@nonsmooth/ode';
import type { ActiveKink } from './active-kink.js';
import type { CornerFunction } from './corner-function.js';
import type { Choice, Decision } from './decision.js';
import type { Pattern } from './pattern.js';

/** How the time s of the integrator runs: dt/ds at s. */
export type Rate = (s: number) => number;

/** Options of the flow at kinks; the others are those of the integration. */
export interface InclusionOptions extends Omit<IntegrationOptions, 'method' | 'events'> {
  /** Default 'minimalNorm'. */
  readonly choice?: Choice;
}

/** Told of everything that happens at kinks, with the time s of the integrator. */
export interface KinkListener {
  /** A kink that nothing moved has begun to bend down: the flow could leave it to its other side from here on. */
  couldLeave(s: number, index: number): void;
  /** A kink has been crossed to this side. */
  crossed(s: number, index: number, side: number): void;
  /** A kink that nothing moved is held. */
  held(s: number, index: number): void;
  /** All is told in the numbers of the corner. */
  decided(
    s: number,
    corner: CornerFunction,
    before: Pattern,
    decision: Decision,
    active: readonly ActiveKink[],
  ): void;
}
