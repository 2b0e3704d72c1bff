import { constantOf, emit, toValue } from '../emit.js';
import type { Value } from '../emit.js';
import type { Shape } from '../program.js';
import { commonShape } from '../shape.js';
import { mul } from './arithmetic.js';

/** Where a product of the chain rule is not just the product of two numbers. */
export interface ChainProductOptions {
  /** The value whose cotangent c is: where it overflowed, c = 0 proves nothing and the product is NaN. */
  readonly value?: Value | undefined;
  /** 0 where another branch was chosen: there the product is 0, whatever the factors are. */
  readonly mask?: Value | undefined;
}

/** c·d, the product of the chain rule: a branch that was not chosen absorbs everything, a number 0 does not. */
export function maskedMul(c: Value, d: Value, { value, mask }: ChainProductOptions): Value {
  if (value === undefined && mask === undefined) return mul(c, d);
  const inputs: Value[] = [c, d];
  if (value !== undefined) inputs.push(value);
  if (mask !== undefined) inputs.push(mask);
  const shape = inputs.reduce<Shape>((common, input) => commonShape(common, input.shape), []);
  const attributes = { guarded: value !== undefined, masked: mask !== undefined };
  return emit('maskedMul', inputs, shape, attributes);
}

/**
 * As `maskedMul` for a cotangent c, which is 0 where the mask is: a finite constant needs no mask, and one of at most 1
 * makes nothing overflow.
 */
export function cotangentTimes(c: Value, d: Value, options: ChainProductOptions): Value {
  const limit = options.value === undefined ? Number.MAX_VALUE : 1;
  const known = constantOf(d);
  const isPlain = known?.data.every((entry) => Math.abs(entry) <= limit && entry !== 0);
  return isPlain === true ? mul(c, d) : maskedMul(c, d, options);
}

/** The value, and 0 where the mask is 0, computed only where the value is NaN. */
export function absorb(value: Value, mask: Value): Value {
  const attributes = { guarded: false, masked: true };
  return emit('maskedMul', [value, toValue(1), mask], value.shape, attributes);
}
