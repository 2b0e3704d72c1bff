export {
  ArgumentError,
  descentRuleNames,
  DisposedError,
  floatArray,
  NonFiniteError,
  requireFinite,
  ShapeError,
} from '@nonsmooth/core';
export type {
  AdagradRule,
  AdamRule,
  AdamWRule,
  DescentLoop,
  DescentOptions,
  DescentRule,
  DescentRuleName,
  DescentState,
  Dtype,
  FloatArray,
  Key,
  RmspropRule,
  SgdRule,
} from '@nonsmooth/core';
export * from './activation.js';
export * from './dense-network.js';
export * from './errors.js';
export * from './kernels.js';
export * from './kinks.js';
export * from './random.js';
export * from './workspace.js';
export { erf, erfc } from './reference/erf.js';
export { scalarActivation, type ScalarFunction } from './reference/activations.js';
export { referenceKernels } from './reference/kernels.js';
export { defaultKernels, wasmKernels, type WasmOptions } from './wasm/kernels.js';
export { descentLoop } from './reference/descent.js';
export { peakLoop, type PeakLoop } from './wasm/peak.js';
