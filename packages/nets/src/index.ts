export { ArgumentError, DisposedError, NonFiniteError, ShapeError } from '@nonsmooth/core';
export * from './empirical-risk.js';
export * from './initializers.js';
export * from './network.js';
export * from './population/index.js';
export { applyNetwork, realize, requireParameters } from './realize.js';
export type { Rows } from './samples.js';
