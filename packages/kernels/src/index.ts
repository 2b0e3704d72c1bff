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
export * from './activations/activation.js';
export * from './activations/table.js';
export * from './activations/resolve.js';
export * from './dense-network.js';
export * from './errors.js';
export type { FrozenRisk } from './frozen-network.js';
export * from './kernels.js';
export * from './kinks.js';
export * from './losses/loss.js';
export * from './losses/resolve.js';
export * from './losses/row-loss.js';
export * from './losses/table.js';
export * from './losses/targets.js';
export * from './random.js';
export * from './traits.js';
export * from './workspace.js';
export { erf, erfc } from './reference/erf.js';
export type { ScalarFunction } from './activations/scalar-functions.js';
export { referenceKernels } from './reference/kernels.js';
export { defaultKernels } from './native/default-kernels.js';
export type { InstructionSet } from './native/addon.js';
export { nativeKernels, type NativeOptions } from './native/kernels.js';
export { nativePeakLoop } from './native/peak.js';
export { wasmKernels } from './wasm/kernels.js';
export { descentLoop } from './reference/descent.js';
export { peakLoop, type PeakLoop } from './wasm/peak.js';
export { settingsOf, type Settings } from './descent-settings.js';
