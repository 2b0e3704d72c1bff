export * from './constructors.js';
export type { NestedNumbers } from './nested.js';
export * from './tensor.js';
export * from './to-nested.js';
export { ArgumentError, NonFiniteError, requireFinite, ShapeError } from '@nonsmooth/kernels';
