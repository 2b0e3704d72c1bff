// Functions of arrays, entry by entry. Arrays may lie anywhere; the last entries go through spare vectors.

import { activate } from './activations';
import { erf, exp, expm1, log, log1p } from './elementary';
import { VECTOR, multiplyAdd, splat } from './simd';

// In the order of unaryNames in src/workspace.ts.
const NEGATE = 0;
const ABSOLUTE = 1;
const SQUARE = 2;
const SQUARE_ROOT = 3;
const RECIPROCAL = 4;
const EXP = 5;
const EXPM1 = 6;
const LOG = 7;
const LOG1P = 8;
const ERF = 9;

// In the order of binaryNames in src/workspace.ts.
const ADD = 0;
const SUBTRACT = 1;
const MULTIPLY = 2;
const DIVIDE = 3;
const MAXIMUM = 4;
const MINIMUM = 5;

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
    case NEGATE: {
      unaryLoop<T>(NEGATE, x, out, size);
      break;
    }
    case ABSOLUTE: {
      unaryLoop<T>(ABSOLUTE, x, out, size);
      break;
    }
    case SQUARE: {
      unaryLoop<T>(SQUARE, x, out, size);
      break;
    }
    case SQUARE_ROOT: {
      unaryLoop<T>(SQUARE_ROOT, x, out, size);
      break;
    }
    case RECIPROCAL: {
      unaryLoop<T>(RECIPROCAL, x, out, size);
      break;
    }
    case EXP: {
      unaryLoop<T>(EXP, x, out, size);
      break;
    }
    case EXPM1: {
      unaryLoop<T>(EXPM1, x, out, size);
      break;
    }
    case LOG: {
      unaryLoop<T>(LOG, x, out, size);
      break;
    }
    case LOG1P: {
      unaryLoop<T>(LOG1P, x, out, size);
      break;
    }
    case ERF: {
      unaryLoop<T>(ERF, x, out, size);
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
    if (f == NEGATE) y = v128.neg<T>(v);
    else if (f == ABSOLUTE) y = v128.abs<T>(v);
    else if (f == SQUARE) y = v128.mul<T>(v, v);
    else if (f == SQUARE_ROOT) y = v128.sqrt<T>(v);
    else if (f == RECIPROCAL) y = v128.div<T>(splat<T>(1), v);
    else if (f == EXP) y = exp<T>(v);
    else if (f == EXPM1) y = expm1<T>(v);
    else if (f == LOG) y = log<T>(v);
    else if (f == LOG1P) y = log1p<T>(v);
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
    case ADD: {
      binaryLoop<T>(ADD, x, y, yStep, out, size);
      break;
    }
    case SUBTRACT: {
      binaryLoop<T>(SUBTRACT, x, y, yStep, out, size);
      break;
    }
    case MULTIPLY: {
      binaryLoop<T>(MULTIPLY, x, y, yStep, out, size);
      break;
    }
    case DIVIDE: {
      binaryLoop<T>(DIVIDE, x, y, yStep, out, size);
      break;
    }
    case MAXIMUM: {
      binaryLoop<T>(MAXIMUM, x, y, yStep, out, size);
      break;
    }
    case MINIMUM: {
      binaryLoop<T>(MINIMUM, x, y, yStep, out, size);
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
    if (f == ADD) c = v128.add<T>(a, b);
    else if (f == SUBTRACT) c = v128.sub<T>(a, b);
    else if (f == MULTIPLY) c = v128.mul<T>(a, b);
    else if (f == DIVIDE) c = v128.div<T>(a, b);
    else if (f == MAXIMUM) c = v128.max<T>(a, b);
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
