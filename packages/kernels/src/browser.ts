// What bundlers for browsers take: the package without a loader of native kernels in the default ones.
export * from './index.js';
export { defaultKernels } from './wasm/default-kernels.js';
