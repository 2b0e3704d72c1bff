import type { Kernels } from '../kernels.js';
import { kernelsOnDemand } from '../kernels-on-demand.js';
import { wasmKernels } from '../wasm/kernels.js';
import { nativeKernels } from './kernels.js';

/**
 * The fastest kernels with the portable bits: native ones where there are some, else WebAssembly. The results are the
 * same; `name` says which they are.
 */
export const defaultKernels: Kernels = kernelsOnDemand(() => nativeKernels() ?? wasmKernels());
