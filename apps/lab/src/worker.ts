export { default } from './run-member.js';
