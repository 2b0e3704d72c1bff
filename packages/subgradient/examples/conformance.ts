// How another library does at kinks: here forward mode with dual numbers, written down in a few lines.
import {
  backwardMode,
  evaluateExpression,
  runConformance,
  type ExpressionOperations,
  type GradientLibrary,
} from '@nonsmooth/subgradient';

interface Dual {
  readonly value: number;
  readonly slope: number;
}

const apply =
  (f: (u: number) => number, derivative: (u: number) => number) =>
  ({ value, slope }: Dual): Dual => ({ value: f(value), slope: derivative(value) * slope });
const negative = apply(
  (u) => -u,
  () => -1,
);
const add = (u: Dual, v: Dual): Dual => ({ value: u.value + v.value, slope: u.slope + v.slope });
const mul = (u: Dual, v: Dual): Dual => ({
  value: u.value * v.value,
  slope: u.slope * v.value + u.value * v.slope,
});
const reciprocal = apply(
  (u) => 1 / u,
  (u) => -1 / u ** 2,
);

const dualNumbers: ExpressionOperations<Dual> = {
  constant: (value) => ({ value, slope: 0 }),
  binary: {
    add,
    sub: (u, v) => add(u, negative(v)),
    mul,
    div: (u, v) => mul(u, reciprocal(v)),
    max: (u, v) => (u.value >= v.value ? u : v),
    min: (u, v) => (u.value <= v.value ? u : v),
  },
  unary: {
    neg: negative,
    abs: apply(Math.abs, Math.sign),
    relu: apply(
      (u) => Math.max(u, 0),
      (u) => (u > 0 ? 1 : 0),
    ),
    square: apply(
      (u) => u ** 2,
      (u) => 2 * u,
    ),
    exp: apply(Math.exp, Math.exp),
    sin: apply(Math.sin, Math.cos),
    cos: apply(Math.cos, (u) => -Math.sin(u)),
    tanh: apply(Math.tanh, (u) => 1 - Math.tanh(u) ** 2),
    sqrt: apply(Math.sqrt, (u) => 0.5 / Math.sqrt(u)),
  },
};

const forwardMode: GradientLibrary = {
  name: 'dual numbers',
  gradient: (expression, point) =>
    point.map((_, i) => {
      const seeds = point.map((value, j): Dual => ({ value, slope: i === j ? 1 : 0 }));
      return evaluateExpression(expression, seeds, dualNumbers).slope;
    }),
};

/** Backward mode that follows the signs along a direction: always a limiting gradient. */
const alongDirection: GradientLibrary = {
  name: 'backward mode along (1, −2, 4, …)',
  gradient(expression, point) {
    const direction = point.map((_, i) => (-2) ** i);
    return backwardMode('', { direction }).gradient(expression, point);
  },
};

for (const library of [
  forwardMode,
  backwardMode('relu′(0) = 1', { relu: 1, abs: 1, tie: 1 }),
  alongDirection,
]) {
  const { programs, right, wrong, wrongPrograms } = runConformance(library);
  console.log(`${library.name}: ${right} right, ${wrong} wrong of ${programs}`, wrongPrograms);
}
