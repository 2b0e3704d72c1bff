export * from './control/controller.js';
export { blockNorm, maximumNorm, rootMeanSquare, type ErrorNorm } from './control/norm.js';
export * from './errors.js';
export type { Event, EventOccurrence } from './events/events.js';
export { explicitMethod, type ExplicitDefinition, type ExplicitMethod } from './explicit/pair.js';
export * from './integrate.js';
export { inLogTime, type LogTimeProblem } from './log-time.js';
export type { Memory, Method, Stepper } from './method.js';
export * from './methods/index.js';
export {
  filippov,
  type FilippovMode,
  type FilippovProblem,
  type SwitchedField,
} from './modes/filippov.js';
export type { ModeChange, Modes, SurfaceScreen, Switch, Transition } from './modes/modes.js';
export type { IntegrationOptions } from './options.js';
export type * from './problem.js';
export { checkedSaveAt } from './save-at.js';
export { controlPoints, type Segment } from './segment.js';
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
