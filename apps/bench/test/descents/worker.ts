export { default } from './descents.js';
