import type { Op } from './program.js';

/** Ops whose value may be infinite where all inputs are finite, because it is larger than all numbers. */
export const overflowing: ReadonlySet<Op> = new Set<Op>([
  'exp',
  'expm1',
  'square',
  'sinh',
  'cosh',
  'pow',
  'exprel',
  'elementwise',
  'add',
  'sub',
  'mul',
  'div',
  'maskedMul',
  'xlogy',
  'scatterAdd',
  'cumulativeSum',
  'sum',
  'norm',
  'matmul',
  'orthogonal',
  'centred',
  'compensated',
  'softmaxProduct',
]);

/** Ops whose value is bounded, whatever the inputs are. */
const bounded: ReadonlySet<Op> = new Set<Op>([
  'input',
  'constant',
  'sin',
  'cos',
  'atan',
  'tanh',
  'erf',
  'erfc',
  'logistic',
  'logisticSlope',
  'gaussian',
  'sinAtan',
  'cosAtan',
  'sinc',
  'finite',
  'softmax',
  'direction',
  'sign',
  'greater',
  'greaterEqual',
  'equal',
  'argmax',
]);

/** Whether an infinite value of the op may stand for a finite one, given the same of its inputs. */
export function mayOverflow(op: Op, ofInputs: boolean, besideConstant: boolean): boolean {
  const grows = overflowing.has(op) && !(besideConstant && (op === 'add' || op === 'sub'));
  return grows || (ofInputs && !bounded.has(op));
}

/** Finite numbers stay finite when less than this is added, as half a unit in their last place is more. */
export const moderate: number = 2 ** 969;
