export * from './constructors.js';
export { NotPositiveDefiniteError, SingularMatrixError } from './linear-algebra/checks.js';
export * from './linear-algebra/decompositions.js';
export * from './linear-algebra/matrix.js';
export * from './linear-algebra/solve.js';
export type { NestedNumbers } from './nested.js';
export * from './random/integers.js';
export { foldIn, key, split } from './random/key.js';
export * from './random/normal.js';
export * from './random/permutation.js';
export * from './random/uniform.js';
export * from './tensor.js';
export * from './to-nested.js';
export {
  ArgumentError,
  drawBatch,
  NonFiniteError,
  requireFinite,
  ShapeError,
  type Dtype,
  type FloatArray,
  type Key,
} from '@nonsmooth/kernels';
