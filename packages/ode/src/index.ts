export * from './control/controller.js';
export {
  blockNorm,
  maximumNorm,
  rootMeanSquare,
  type ErrorNorm,
  type Tolerance,
} from './control/norm.js';
export * from './errors.js';
export { ArgumentError, NonFiniteError, ShapeError } from '@nonsmooth/core';
export type { Event, EventOccurrence, EventState, ZeroEvents } from './events/event.js';
export { explicitMethod, type ExplicitMethod } from './explicit/pair.js';
export type { ExplicitDefinition, Interpolant, Tableau } from './explicit/tableau.js';
export type { Checkpoint } from './integration/checkpoint.js';
export * from './integration/integrate.js';
export type { Integration, Step, StreamOptions } from './integration/integration.js';
export type { Progress, Restarts } from './integration/progress.js';
export type { WatchState } from './modes/mode-watch.js';
export type { WatchesState } from './integration/watches.js';
export { inLogTime, type LogTimeProblem } from './log-time.js';
export type { Memory, SavedMemory } from './memory.js';
export type { Method, Stepper } from './method.js';
export * from './methods/index.js';
export type { FilippovEvent, FilippovMode } from './modes/filippov-mode.js';
export { filippov, type FilippovProblem } from './modes/filippov.js';
export type * from './modes/modes.js';
export type { SwitchedField } from './modes/switched-field.js';
export { integrationOptionNames, type IntegrationOptions } from './options.js';
export type * from './problem.js';
export { checkedSaveAt } from './save-at.js';
export { controlPoints, evaluate as evaluateSegment, type Segment } from './segment.js';
export type { Solution } from './solution.js';
export * from './solve.js';
export {
  diagonallyImplicitMethod,
  type DiagonallyImplicitDefinition,
  type DiagonallyImplicitMethod,
  type DiagonallyImplicitTableau,
} from './stiff/diagonally-implicit.js';
export {
  rosenbrockMethod,
  type RosenbrockDefinition,
  type RosenbrockMethod,
  type RosenbrockTableau,
} from './stiff/rosenbrock.js';
export type { System } from './system.js';
