export * from './objective.js';
export * from './program.js';
