// Functions of arrays, entry by entry. Arrays may lie anywhere; the last entries go through spare vectors.

import { activate } from './activations';
import { erf, exp, expm1, log, log1p } from './elementary';
import { Binary, Unary } from './generated/names';
import { VECTOR, multiplyAdd, splat } from './simd';

const SPARE_X: usize = memory.data(16, 16);
const SPARE_Y: usize = memory.data(16, 16);

/** out = f(x) for `count` entries. */
export function unary<T>(f: i32, x: usize, out: usize, count: i32): void {
  const size = <usize>count * sizeof<T>();
  const whole = size & ~(VECTOR - 1);
  unaryVectors<T>(f, x, out, whole);
  const rest = size - whole;
  if (rest) {
    memory.copy(SPARE_X, x + whole, rest);
    unaryVectors<T>(f, SPARE_X, SPARE_X, VECTOR);
    memory.copy(out + whole, SPARE_X, rest);
  }
}

function unaryVectors<T>(f: i32, x: usize, out: usize, size: usize): void {
  switch (f) {
    case Unary.negate: {
      unaryLoop<T>(Unary.negate, x, out, size);
      break;
    }
    case Unary.absolute: {
      unaryLoop<T>(Unary.absolute, x, out, size);
      break;
    }
    case Unary.square: {
      unaryLoop<T>(Unary.square, x, out, size);
      break;
    }
    case Unary.squareRoot: {
      unaryLoop<T>(Unary.squareRoot, x, out, size);
      break;
    }
    case Unary.reciprocal: {
      unaryLoop<T>(Unary.reciprocal, x, out, size);
      break;
    }
    case Unary.exp: {
      unaryLoop<T>(Unary.exp, x, out, size);
      break;
    }
    case Unary.expm1: {
      unaryLoop<T>(Unary.expm1, x, out, size);
      break;
    }
    case Unary.log: {
      unaryLoop<T>(Unary.log, x, out, size);
      break;
    }
    case Unary.log1p: {
      unaryLoop<T>(Unary.log1p, x, out, size);
      break;
    }
    case Unary.erf: {
      unaryLoop<T>(Unary.erf, x, out, size);
      break;
    }
    default:
      unreachable();
  }
}

// @ts-ignore: decorator
@inline
function unaryLoop<T>(f: i32, x: usize, out: usize, size: usize): void {
  const end = x + size;
  for (; x < end; x += VECTOR) {
    const v = v128.load(x);
    let y: v128;
    if (f == Unary.negate) y = v128.neg<T>(v);
    else if (f == Unary.absolute) y = v128.abs<T>(v);
    else if (f == Unary.square) y = v128.mul<T>(v, v);
    else if (f == Unary.squareRoot) y = v128.sqrt<T>(v);
    else if (f == Unary.reciprocal) y = v128.div<T>(splat<T>(1), v);
    else if (f == Unary.exp) y = exp<T>(v);
    else if (f == Unary.expm1) y = expm1<T>(v);
    else if (f == Unary.log) y = log<T>(v);
    else if (f == Unary.log1p) y = log1p<T>(v);
    else y = erf<T>(v);
    v128.store(out, y);
    out += VECTOR;
  }
}

/** out = x ∘ y for `count` entries; y repeats its one entry if `yStep` is 0 (and VECTOR otherwise). */
export function binary<T>(f: i32, x: usize, y: usize, yStep: usize, out: usize, count: i32): void {
  const size = <usize>count * sizeof<T>();
  const whole = size & ~(VECTOR - 1);
  if (!yStep) {
    v128.store(SPARE_Y, v128.load_splat<T>(y));
    y = SPARE_Y;
  }
  binaryVectors<T>(f, x, y, yStep, out, whole);
  const rest = size - whole;
  if (rest) {
    memory.copy(SPARE_X, x + whole, rest);
    if (yStep) memory.copy(SPARE_Y, y + whole, rest);
    binaryVectors<T>(f, SPARE_X, SPARE_Y, 0, SPARE_X, VECTOR);
    memory.copy(out + whole, SPARE_X, rest);
  }
}

function binaryVectors<T>(f: i32, x: usize, y: usize, yStep: usize, out: usize, size: usize): void {
  switch (f) {
    case Binary.add: {
      binaryLoop<T>(Binary.add, x, y, yStep, out, size);
      break;
    }
    case Binary.subtract: {
      binaryLoop<T>(Binary.subtract, x, y, yStep, out, size);
      break;
    }
    case Binary.multiply: {
      binaryLoop<T>(Binary.multiply, x, y, yStep, out, size);
      break;
    }
    case Binary.divide: {
      binaryLoop<T>(Binary.divide, x, y, yStep, out, size);
      break;
    }
    case Binary.maximum: {
      binaryLoop<T>(Binary.maximum, x, y, yStep, out, size);
      break;
    }
    case Binary.minimum: {
      binaryLoop<T>(Binary.minimum, x, y, yStep, out, size);
      break;
    }
    default:
      unreachable();
  }
}

// @ts-ignore: decorator
@inline
function binaryLoop<T>(
  f: i32,
  x: usize,
  y: usize,
  yStep: usize,
  out: usize,
  size: usize,
): void {
  const end = x + size;
  for (; x < end; x += VECTOR) {
    const a = v128.load(x);
    const b = v128.load(y);
    let c: v128;
    if (f == Binary.add) c = v128.add<T>(a, b);
    else if (f == Binary.subtract) c = v128.sub<T>(a, b);
    else if (f == Binary.multiply) c = v128.mul<T>(a, b);
    else if (f == Binary.divide) c = v128.div<T>(a, b);
    else if (f == Binary.maximum) c = v128.max<T>(a, b);
    else c = v128.min<T>(a, b);
    v128.store(out, c);
    y += yStep;
    out += VECTOR;
  }
}

/** y += factor·x. */
export function addMultiple<T>(factor: f64, x: usize, y: usize, count: i32): void {
  const a = splat<T>(factor);
  const end = x + <usize>count * sizeof<T>();
  for (; x + VECTOR <= end; x += VECTOR) {
    v128.store(y, multiplyAdd<T>(a, v128.load(x), v128.load(y)));
    y += VECTOR;
  }
  const rest = end - x;
  if (rest) {
    memory.copy(SPARE_X, x, rest);
    memory.copy(SPARE_Y, y, rest);
    v128.store(SPARE_Y, multiplyAdd<T>(a, v128.load(SPARE_X), v128.load(SPARE_Y)));
    memory.copy(y, SPARE_Y, rest);
  }
}

/** value = A(x), slope = A'(x); x and slope may be the same array. */
export function activation<T>(
  name: i32,
  parameter: f64,
  kink: f64,
  x: usize,
  value: usize,
  slope: usize,
  count: i32,
): void {
  const size = <usize>count * sizeof<T>();
  const whole = size & ~(VECTOR - 1);
  if (x != slope) memory.copy(slope, x, size);
  activate<T>(name, parameter, kink, value, slope, whole);
  const rest = size - whole;
  if (rest) {
    memory.copy(SPARE_X, slope + whole, rest);
    activate<T>(name, parameter, kink, SPARE_Y, SPARE_X, VECTOR);
    memory.copy(value + whole, SPARE_Y, rest);
    memory.copy(slope + whole, SPARE_X, rest);
  }
}
