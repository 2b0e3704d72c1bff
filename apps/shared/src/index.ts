export * from './command.js';
export * from './counted.js';
export * from './differentiators.js';
export type * from './executor.js';
export * from './interruption.js';
export * from './output.js';
export * from './parse-words.js';
export * from './quietly.js';
export * from './worker-pool.js';
