export { ArgumentError, DisposedError, NonFiniteError, ShapeError } from '@nonsmooth/core';
export * from './asymptotics/classify.js';
export type { AsymptoticLevel } from './asymptotics/level.js';
export type { Spectrum } from './asymptotics/spectrum.js';
export type { GrowthLaw } from './asymptotics/growth-laws.js';
export * from './asymptotics/threshold-study.js';
export * from './asymptotics/trajectory.js';
export type * from './certify-convergence/certificate.js';
export type { CertifiableRisk } from './certify-convergence/certifiable-risk.js';
export type { Samples } from './certify-convergence/dense-jets.js';
export * from './certify-convergence/certify-convergence.js';
export * from './verify-convergence/verify-convergence.js';
export * from './descent/descend.js';
export { kinkWatcher } from './descent/kink-watcher.js';
export type {
  KinkCount,
  KinkRecord,
  KinkWatch,
  KinkWatcher,
  PolicyCount,
  WatchedBatches,
} from './descent/kink-watcher.js';
export * from './descent/rules.js';
export * from './descent/schedules.js';
export type { FlowCheckpoint, FlowContinuation, FlowProgress } from './flow/checkpoint.js';
export type { EnergyIdentity, Flow, FlowOptions } from './flow/flow.js';
export type { StopRules } from './flow/stop-rules.js';
export { defaultMethod } from './gradient-flow/default-method.js';
export * from './gradient-flow/gradient-flow.js';
export type { Choice } from './inclusion/decision.js';
export {
  judgedNames,
  type InclusionCheckpoint,
  type JudgedName,
  type SavedFresh,
  type SavedItinerary,
} from './inclusion/inclusion-checkpoint.js';
export type { InclusionFlow, InclusionFlowOptions } from './inclusion/inclusion-flow.js';
export type { KinkEvent, KinkKind } from './inclusion/kink-event.js';
export type { Stationarity } from './inclusion/stationarity.js';
export { hiddenNeurons, type HiddenNeuron } from './hidden-neurons.js';
export * from './hypothesis-error.js';
export * from './invariants.js';
export * from './lyapunov/largest-stable-step.js';
export * from './lyapunov/lyapunov.js';
export * from './lyapunov/step-size-certificate.js';
export * from './normalized/boundedness.js';
export {
  distanceToManifold,
  normalize,
  projectTangent,
  retract,
  type Retraction,
} from './normalized/manifold.js';
export * from './normalized/normalized-descent.js';
export * from './normalized/normalized-flow.js';
export * from './polynomial/activation-series.js';
export * from './polynomial/polynomial-realization.js';
export {
  evaluatePolynomial,
  univariate,
  type Monomial,
  type Polynomial,
} from './polynomial/polynomial.js';
export { reluFlow, type ReluFlow } from './inclusion/relu-flow.js';
export type { NetworkKinkEvent } from './inclusion/network-kinks.js';
