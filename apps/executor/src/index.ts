export type * from './executor.js';
export * from './worker-pool.js';
