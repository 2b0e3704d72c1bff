export * from './constructors.js';
export * from './tensor.js';
