export * from './errors.js';
export type { Method } from './method.js';
export { dormandPrince54 } from './methods/dormand-prince-54.js';
export * from './solve.js';
