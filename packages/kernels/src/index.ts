export * from './activation.js';
export * from './dense-network.js';
export * from './descent.js';
export * from './dtype.js';
export * from './errors.js';
export * from './kernels.js';
export * from './kinks.js';
export * from './random.js';
