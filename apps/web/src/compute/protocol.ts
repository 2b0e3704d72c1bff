import type { Experiment } from '../state/state.js';
import type { Run } from './run.js';

/** A request to the worker that runs: experiments in the order in which they are wanted. */
export interface RunRequest {
  readonly id: number;
  readonly experiments: readonly Experiment[];
  /** Which shares of the horizon, one after the other. */
  readonly shares: readonly number[];
  /** The lock that tells the page whether the worker lives. */
  readonly life: string;
  /** Seconds after which no longer horizon is begun. */
  readonly seconds: number;
}

/** What it answers, several times for a request. */
export type RunAnswer =
  | { readonly kind: 'alive' }
  | { readonly id: number; readonly kind: 'run'; readonly index: number; readonly run: Run }
  | {
      readonly id: number;
      readonly kind: 'failed';
      readonly index: number;
      readonly message: string;
    }
  | { readonly id: number; readonly kind: 'done'; readonly seconds: number };
