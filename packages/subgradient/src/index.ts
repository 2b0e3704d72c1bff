export { ArgumentError, DisposedError, NonFiniteError, ShapeError } from '@nonsmooth/core';
export * from './approximation/bias-shift.js';
export {
  approximationFamilies,
  eventuallyExact,
  eventuallyExactMirrored,
  huberFamily,
  softplusFamily,
  type ApproximationFamily,
} from './approximation/families.js';
export { generalizedGradient } from './approximation/generalized-gradient.js';
export type {
  ApproximateGradient,
  GeneralizedGradient,
  GeneralizedGradientOptions,
} from './approximation/generalized-gradient.js';
export { minimalNormPoint, type MinimalNormPoint } from './cones/minimal-norm-point.js';
export type { Subject } from './subject.js';
export type { Budget, Exhausted, Spending } from './cells/budget.js';
export { countCells, type ArrangementCells } from './cells/cells.js';
export type { BranchStep } from './cells/search.js';
export {
  absNormalForm,
  linearization,
  signatureAt,
  signatureGradient,
  type LinearizationValue,
} from './abs-normal/abs-normal-form.js';
export type { AbsNormalForm } from './abs-normal/form.js';
export {
  condensedForm,
  layeredAbsNormalForm,
  type AbsNormalLayer,
  type LayerCoupling,
  type LayeredAbsNormalForm,
} from './abs-normal/layered-form.js';
export type { SparseMatrix } from './abs-normal/sparse-matrix.js';
export * from './certify/certificate.js';
export { claimOf, readClaim, type Claim } from './certify/claim.js';
export { certify, type CertifyOptions } from './certify/certify.js';
export { HiddenSignError } from './procedure/hidden-sign.js';
export { CertificateError, verify } from './certify/verify.js';
export type * from './membership/proofs.js';
export type { Reason, ReasonCode } from './membership/reasons.js';
export { minimalNorm } from './subdifferentials/minimal-norm.js';
export * from './subdifferentials/subdifferentials.js';
export * from './policy/stochastic-descent.js';
export {
  policyGradient,
  policySignature,
  type PolicyAnswer,
  type SubgradientPolicy,
} from './policy/subgradient-policy.js';
export * from './policy/theorems.js';
export * from './conformance/expression.js';
export * from './conformance/programs.js';
export * from './conformance/run.js';
export { normalGrowth, type NormalGrowth } from './abs-normal/kink-qualification.js';
export {
  activeAbsNormalForm,
  type ActiveAbsNormalForm,
  type SparseNumbers,
} from './abs-normal/active-form.js';
