import { constantOf, emit, toValue } from '../emit.js';
import type { Value } from '../emit.js';
import { broadcastShapes } from '../shape.js';
import { mul } from './arithmetic.js';

export interface ChainProductOptions {
  /** The value whose cotangent c is: where it overflowed, c = 0 proves nothing and the product is NaN. */
  readonly value?: Value | undefined;
  /** 0 where another branch was chosen: there the product is 0, whatever the factors are. */
  readonly mask?: Value | undefined;
}

/** c·d, the product of the chain rule: a branch that was not chosen absorbs everything, a number 0 does not. */
export function maskedMul(c: Value, d: Value, { value, mask }: ChainProductOptions): Value {
  const known = constantOf(d);
  // Nothing overflows by a factor of at most 1, and nothing infinite meets an absent cotangent.
  const limit = value === undefined ? Number.MAX_VALUE : 1;
  const isPlain = known?.data.every((entry) => Math.abs(entry) <= limit && entry !== 0);
  if (isPlain || (value === undefined && mask === undefined)) return mul(c, d);
  const inputs: Value[] = [c, d];
  if (value !== undefined) inputs.push(value);
  if (mask !== undefined) inputs.push(mask);
  const shape = broadcastShapes(...inputs.map((input) => input.shape));
  const attributes = { guarded: value !== undefined, masked: mask !== undefined };
  return emit('maskedMul', inputs, shape, attributes);
}

/** The value, and 0 where the mask is 0, computed only where the value is NaN. */
export function absorb(value: Value, mask: Value): Value {
  const attributes = { guarded: false, masked: true };
  return emit('maskedMul', [value, toValue(1), mask], value.shape, attributes);
}
