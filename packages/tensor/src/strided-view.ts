import type { FloatArray } from '@nonsmooth/core';
import type ndarray from 'ndarray';

/** A scijs ndarray: typed data with shape, strides and offset. */
export type NdArray = ndarray.NdArray<FloatArray>;

/**
 * A scijs ndarray over floats: its fields and methods, for whatever takes one. Their package compiles a class for each
 * number of axes from text, which pages with a content security policy forbid.
 */
export class StridedView implements NdArray {
  readonly data: FloatArray;
  readonly shape: number[];
  readonly stride: number[];
  readonly offset: number;

  constructor(data: FloatArray, shape: number[], stride: number[], offset: number) {
    this.data = data;
    this.shape = shape;
    this.stride = stride;
    this.offset = offset;
  }

  get dtype(): 'float32' | 'float64' {
    return this.data instanceof Float32Array ? 'float32' : 'float64';
  }

  get dimension(): number {
    return this.shape.length;
  }

  get size(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  /** Axes by the length of their strides, the shortest first. */
  get order(): number[] {
    const length = (axis: number): number => Math.abs(this.stride[axis]!);
    return this.shape.map((_, axis) => axis).sort((a, b) => length(a) - length(b));
  }

  get T(): NdArray {
    return this.transpose(...this.shape.map((_, axis) => this.dimension - 1 - axis));
  }

  index(...index: number[]): number {
    return this.#at(index);
  }

  // up to three axes without a loop: entries are read and written in loops of their own
  get(i?: number, j?: number, k?: number, ...rest: number[]): number {
    const { data, offset, stride } = this;
    switch (stride.length) {
      case 1:
        return data[offset + stride[0]! * i!]!;
      case 2:
        return data[offset + stride[0]! * i! + stride[1]! * j!]!;
      case 3:
        return data[offset + stride[0]! * i! + stride[1]! * j! + stride[2]! * k!]!;
      default:
        return data[this.#at([i!, j!, k!, ...rest])]!;
    }
  }

  /** The value comes last. */
  set(i: number, j?: number, k?: number, l?: number): number {
    const { data, offset, stride } = this;
    switch (stride.length) {
      case 1:
        return (data[offset + stride[0]! * i] = j!);
      case 2:
        return (data[offset + stride[0]! * i + stride[1]! * j!] = k!);
      case 3:
        return (data[offset + stride[0]! * i + stride[1]! * j! + stride[2]! * k!] = l!);
      default: {
        const given = Array.from<number>(arguments);
        return (data[this.#at(given)] = given[stride.length]!);
      }
    }
  }

  valueOf(): number | this {
    return this.dimension === 0 ? this.get() : this;
  }

  /** The first entries along each axis. */
  hi(...ends: number[]): NdArray {
    return this.#with(
      this.shape.map((extent, axis) => (isIndex(ends[axis]) ? ends[axis] | 0 : extent)),
    );
  }

  /** Without the first entries along each axis. */
  lo(...starts: number[]): NdArray {
    const from = this.shape.map((_, axis) => (isIndex(starts[axis]) ? starts[axis] | 0 : 0));
    const shape = this.shape.map((extent, axis) => extent - from[axis]!);
    return this.#with(shape, this.stride, this.index(...from));
  }

  /** Each so many entries, backwards if negative. */
  step(...steps: number[]): NdArray {
    let { offset } = this;
    const shape = [...this.shape];
    const stride = [...this.stride];
    for (let axis = 0; axis < shape.length; axis++) {
      if (typeof steps[axis] !== 'number') continue;
      const step = steps[axis]! | 0;
      if (step < 0) offset += stride[axis]! * (shape[axis]! - 1);
      shape[axis] = Math.ceil(shape[axis]! / Math.abs(step));
      stride[axis]! *= step;
    }
    return this.#with(shape, stride, offset);
  }

  /** The axes in another order. */
  transpose(...axes: number[]): NdArray {
    const order = this.shape.map((_, axis) => (axes[axis] === undefined ? axis : axes[axis] | 0));
    const along = (list: readonly number[]): number[] => order.map((axis) => list[axis]!);
    return this.#with(along(this.shape), along(this.stride));
  }

  /** Without the axes along which an index is given. */
  pick(...index: (number | null)[]): NdArray {
    const kept = this.shape.flatMap((_, axis) => (isIndex(index[axis]) ? [] : [axis]));
    const along = (list: readonly number[]): number[] => kept.map((axis) => list[axis]!);
    const start = this.index(
      ...this.shape.map((_, axis) => (isIndex(index[axis]) ? index[axis] : 0)),
    );
    return this.#with(along(this.shape), along(this.stride), start);
  }

  #at(index: readonly number[]): number {
    const { stride } = this;
    let at = this.offset;
    for (let axis = 0; axis < stride.length; axis++) at += stride[axis]! * index[axis]!;
    return at;
  }

  #with(
    shape: number[],
    stride: number[] = [...this.stride],
    offset: number = this.offset,
  ): NdArray {
    return new StridedView(this.data, shape, stride, offset);
  }
}

function isIndex(value: number | null | undefined): value is number {
  return typeof value === 'number' && value >= 0;
}

/** The view of all entries, row-major. */
export function rowMajorView(data: FloatArray, shape: readonly number[]): StridedView {
  const stride = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((size, extent) => size * extent, 1),
  );
  return new StridedView(data, [...shape], stride, 0);
}
