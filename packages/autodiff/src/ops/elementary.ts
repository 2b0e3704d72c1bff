import { emit, toValue } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { Attributes, NodeOf, UnaryOp } from '../program.js';
import { requireScalarFunction, type ScalarFunction } from '../scalar-function.js';

function unary<O extends UnaryOp>(op: O, x: Operand, attributes: Attributes[O]): Value {
  const value = toValue(x);
  return emit(op, [value], value.shape, attributes);
}

/** −x. */
export const neg = (x: Operand): Value => unary('neg', x, {});
/** eˣ. */
export const exp = (x: Operand): Value => unary('exp', x, {});
/** eˣ − 1, accurate near 0. */
export const expm1 = (x: Operand): Value => unary('expm1', x, {});
/** The natural logarithm of x. */
export const log = (x: Operand): Value => unary('log', x, {});
/** log(1 + x), accurate near 0. */
export const log1p = (x: Operand): Value => unary('log1p', x, {});
/** sin x, x in radians. */
export const sin = (x: Operand): Value => unary('sin', x, {});
/** cos x, x in radians. */
export const cos = (x: Operand): Value => unary('cos', x, {});
/** tan x, x in radians. */
export const tan = (x: Operand): Value => unary('tan', x, {});
/** arcsin x in [−π/2, π/2], for |x| ≤ 1. */
export const asin = (x: Operand): Value => unary('asin', x, {});
/** arccos x in [0, π], for |x| ≤ 1. */
export const acos = (x: Operand): Value => unary('acos', x, {});
/** arctan x in [−π/2, π/2]. */
export const atan = (x: Operand): Value => unary('atan', x, {});
/** (eˣ − e⁻ˣ)/2. */
export const sinh = (x: Operand): Value => unary('sinh', x, {});
/** (eˣ + e⁻ˣ)/2. */
export const cosh = (x: Operand): Value => unary('cosh', x, {});
/** sinh x/cosh x. */
export const tanh = (x: Operand): Value => unary('tanh', x, {});
/** The inverse of sinh. */
export const asinh = (x: Operand): Value => unary('asinh', x, {});
/** The nonnegative inverse of cosh, for x ≥ 1. */
export const acosh = (x: Operand): Value => unary('acosh', x, {});
/** The inverse of tanh, for |x| < 1. */
export const atanh = (x: Operand): Value => unary('atanh', x, {});
/** 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf = (x: Operand): Value => unary('erf', x, {});
/** 1 − erf(x), accurate where that is small. */
export const erfc = (x: Operand): Value => unary('erfc', x, {});
/** 1/(1 + exp(−x)). */
export const logistic = (x: Operand): Value => unary('logistic', x, {});
/** log(1 + exp(x)). */
export const softplus = (x: Operand): Value => unary('softplus', x, {});

/** log(1 − exp(x)) for x ≤ 0, accurate near 0 and far below. */
export const log1mexp = (x: Operand): Value => unary('log1mexp', x, {});
/** log(cosh(x)), without overflow and accurate near 0. */
export const logCosh = (x: Operand): Value => unary('logCosh', x, {});
/** log(logistic(x)) = −log(1 + exp(−x)). */
export const logSigmoid = (x: Operand): Value => neg(softplus(neg(x)));
/** sin(πx)/(πx), and 1 at 0, as in NumPy. */
export const sinc = (x: Operand): Value => unary('sinc', x, { order: 0 });
/** (exp(x) − 1)/x, and 1 at 0. */
export const exprel = (x: Operand): Value => unary('exprel', x, { order: 0 });

/** The smooth function of one number that a node applies, at another argument. */
export function applyUnary(node: NodeOf<UnaryOp>, x: Operand): Value {
  const { op, inputs: _, shape: __, ...attributes } = node;
  return unary(op, x, attributes as never);
}

/** A function that the user brings, entry by entry, with as many derivatives as it comes with. */
export function elementwise(fn: ScalarFunction, x: Operand): Value {
  requireScalarFunction('fn', fn);
  return unary('elementwise', x, { fn, order: 0 });
}
