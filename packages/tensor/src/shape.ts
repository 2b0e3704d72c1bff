import { ShapeError } from '@nonsmooth/core';

/** Number of elements of an array of this shape; the empty shape has one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

/** The extents of a tensor; a number stands for one axis. */
export type ShapeLike = number | readonly number[];

/** The most entries that a tensor may have. */
const mostEntries = 2 ** 32;

/** Throws ShapeError unless every extent is an integer ≥ 0 and there are at most 2³² entries. */
export function requireShape(argument: string, shape: readonly number[]): void {
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isShape || !(elementCount(shape) <= mostEntries)) {
    throw new ShapeError(argument, shape, 'integers ≥ 0 with a product of at most 2³²');
  }
}

/** A shape as a list of extents, checked. @throws ShapeError */
export function toShape(argument: string, shape: ShapeLike): readonly number[] {
  const extents = typeof shape === 'number' ? [shape] : shape;
  requireShape(argument, extents);
  return extents;
}
