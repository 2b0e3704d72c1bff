import type { Kernels } from '../kernels.js';
import { kernelsOnDemand } from '../kernels-on-demand.js';
import { wasmKernels } from './kernels.js';

/** The WebAssembly kernels, the fastest with the portable bits where nothing native can be loaded. */
export const defaultKernels: Kernels = kernelsOnDemand(wasmKernels);
