import type { Attributes, Op } from '../program.js';

/** What an attribute of a node may be in a file. */
export interface AttributeRule {
  readonly allowed: string;
  holds(value: unknown): boolean;
}

const isIndex = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isList = (value: unknown, of: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(of);

const index: AttributeRule = { allowed: 'integers ≥ 0', holds: isIndex };
const indices: AttributeRule = {
  allowed: 'lists of integers ≥ 0',
  holds: (value) => isList(value, isIndex),
};
const integers: AttributeRule = {
  allowed: 'lists of integers',
  holds: (value) => isList(value, Number.isSafeInteger),
};
const number: AttributeRule = { allowed: 'finite numbers', holds: Number.isFinite };
const boolean: AttributeRule = {
  allowed: 'true and false',
  holds: (value) => typeof value === 'boolean',
};
const text: AttributeRule = { allowed: 'texts', holds: (value) => typeof value === 'string' };
const oneOf = (...values: readonly string[]): AttributeRule => ({
  allowed: values.map((value) => `'${value}'`).join(', '),
  holds: (value) => values.includes(value as string),
});

const axes = { axes: indices };
/** No order in any derivative that a program can have; the recurrences grow with it. */
const order: AttributeRule = {
  allowed: 'integers from 0 to 64',
  holds: (value) => isIndex(value) && (value as number) <= 64,
};

/** The attributes of the ops that have some, apart from constants and functions that users bring. */
export const attributeRules: {
  readonly [O in Op as keyof Attributes[O] extends never ? never : O]?: Readonly<
    Record<string, AttributeRule>
  >;
} = {
  sinc: { order },
  exprel: { order },
  pow: { exponent: number },
  maskedMul: { guarded: boolean, masked: boolean },
  leakyRelu: { slope: number },
  argmax: { axis: index },
  divisor: { of: text, domain: oneOf('all', 'positive'), finite: boolean },
  transpose: { permutation: indices },
  slice: { starts: integers, steps: integers },
  embed: { starts: integers, steps: integers },
  concatenate: { axis: index },
  gather: { axis: index, indices },
  scatterAdd: { axis: index, indices },
  cumulativeSum: { axis: index, reversed: boolean },
  sum: axes,
  max: axes,
  min: axes,
  logSumExp: axes,
  softmax: axes,
  logSoftmax: axes,
  norm: axes,
  shareToWinners: axes,
  meanOfWinners: axes,
  direction: axes,
  orthogonal: axes,
  centred: axes,
  compensated: axes,
  softmaxProduct: axes,
  input: { index },
  matmul: { masked: oneOf('none', 'left', 'right') },
};
