import type { Objective } from '@nonsmooth/core';
import type { Trajectory } from '@nonsmooth/flows';
import type { MemberFile } from './member-file.js';

/** What a run is told and tells on its way. */
export interface Hooks {
  /** What an interrupted or shorter run of the same member left, to go on from. */
  readonly earlier?: MemberFile | undefined;
  /** Takes what is known so far, to go on from it later. */
  readonly checkpoint: (part: Part) => void;
  /** Takes how far the run is, of `of`: steps, or times of a flow. */
  readonly progress: (done: number, of: number) => void;
  /** Seconds from one checkpoint to the next. */
  readonly checkpointSeconds: number;
}

/** What a run has found so far. */
export interface Part extends Omit<MemberFile, 'facts'> {
  readonly status: 'unfinished' | 'finished' | 'stopped' | 'failed';
  readonly reason: string;
  readonly gradients: number;
  readonly steps: number;
  readonly events: MemberFile['facts']['events'];
  /** What a flow is judged by, and what it descends; columns alone say less. */
  readonly flow?: { readonly trajectory: Trajectory; readonly objective?: Objective };
}

/** What is left to do when a problem and its dynamics were found to fit. */
export type Run = (hooks: Hooks) => Part;
