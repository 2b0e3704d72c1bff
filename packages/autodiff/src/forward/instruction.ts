import type { FloatArray } from '@nonsmooth/core';

/**
 * One node whose operands and value lie in the same array m. code[at…] tells where: n, the number of entries; where
 * the value starts; for each operand where it starts, and 1 where it advances with the entries, 0 where it stands.
 */
export type Instruction = (m: FloatArray, code: Int32Array, at: number) => void;

// Positions of an instruction's numbers in the code, from where it starts.
/** The number of entries. */
export const count = 0;
/** Where the value starts. */
export const value = 1;
/** Where the first operand starts; its step follows, and then the other operands. */
export const operands = 2;
