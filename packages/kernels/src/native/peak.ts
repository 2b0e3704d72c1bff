import type { Dtype } from '@nonsmooth/core';
import type { PeakLoop } from '../wasm/peak.js';
import { nativeFunctions, type NativeOptions } from './kernels.js';

/**
 * The limit of the native kernels' vectors, as `peakLoop` measures that of 128-bit ones: 12·steps multiplications and
 * additions that never leave the registers, fused if asked for. Undefined where there are no native kernels.
 * @throws ArgumentError as `nativeKernels`.
 */
export function nativePeakLoop(dtype: Dtype, options: NativeOptions = {}): PeakLoop | undefined {
  const functions = nativeFunctions(options)?.table[dtype];
  if (!functions) return undefined;
  const lanes = functions.vectorBytes / (dtype === 'f64' ? 8 : 4);
  return {
    run: (steps) => functions.peak(steps),
    operations: (steps) => steps * 12 * 2 * lanes,
  };
}
