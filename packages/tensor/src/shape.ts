import { ShapeError } from '@nonsmooth/core';

/** Number of elements of an array of this shape; the empty shape has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

/** Throws ShapeError unless every extent is an integer ≥ 0 and the product is a safe integer. */
export function requireShape(argument: string, shape: readonly number[]): void {
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || elementCount(shape) > 2 ** 53) {
    throw new ShapeError(argument, shape, 'integers ≥ 0');
  }
}
