import { abs, add, gather, mul, sin, sub, sum, tanh, type Value } from '@nonsmooth/autodiff';

/**
 * v, w of `size` equal entries, in so many steps v ← tanh(0.9 v + w), w ← |w − 0.01 i| + 0.1 sin v; the value is the mean
 * of v + w over the entries.
 */
export function chain(steps: number, size: number): (x: Value) => Value {
  return (x) => {
    const entry = (i: number): Value =>
      size === 1
        ? sum(gather(x, [i]))
        : gather(
            x,
            Array.from({ length: size }, () => i),
          );
    let [v, w] = [entry(0), entry(1)];
    for (let i = 0; i < steps; i++) {
      v = tanh(add(mul(0.9, v), w));
      w = add(abs(sub(w, 0.01 * i)), mul(0.1, sin(v)));
    }
    return mul(1 / size, sum(add(v, w)));
  };
}

/** The gradient of a chain, whatever its size: its derivatives along both axes, step by step. */
export function chainGradient(steps: number, x: Float64Array): Float64Array {
  return Float64Array.from([0, 1], (axis) => {
    let [v, w] = [x[0]!, x[1]!];
    let [dv, dw] = axis === 0 ? [1, 0] : [0, 1];
    for (let i = 0; i < steps; i++) {
      const argument = 0.9 * v + w;
      dv = (0.9 * dv + dw) / Math.cosh(argument) ** 2;
      v = Math.tanh(argument);
      dw = Math.sign(w - 0.01 * i) * dw + 0.1 * Math.cos(v) * dv;
      w = Math.abs(w - 0.01 * i) + 0.1 * Math.sin(v);
    }
    return dv + dw;
  });
}
