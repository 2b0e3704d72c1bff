export { holds, judge, type Judged } from './claims.js';
export { harmonic, motion, slopeOfSize } from './oscillator.js';
export { modelOf, sampleTask, type Model, type Task } from './task.js';
export { follow, load, save, startOf, train, type Path, type Trained } from './training.js';
