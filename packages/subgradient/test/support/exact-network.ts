import type { Problem } from './relu-network.js';
import { layoutOf } from './relu-network.js';

// The slowest twin: doubles are integers times a power of two, and nothing is ever rounded.

/** n·2^e. */
interface Dyadic {
  readonly n: bigint;
  readonly e: number;
}

function dyadic(x: number): Dyadic {
  let e = 0;
  let value = x;
  while (!Number.isInteger(value)) {
    value *= 2;
    e--;
  }
  return { n: BigInt(value), e };
}

function plus(a: Dyadic, b: Dyadic): Dyadic {
  const e = Math.min(a.e, b.e);
  return { n: (a.n << BigInt(a.e - e)) + (b.n << BigInt(b.e - e)), e };
}

const times = (a: Dyadic, b: Dyadic): Dyadic => ({ n: a.n * b.n, e: a.e + b.e });
const zero: Dyadic = { n: 0n, e: 0 };

export function toDouble({ n, e }: Dyadic): number {
  const size = (n < 0n ? -n : n).toString(2).length;
  const drop = Math.max(0, size - 60);
  return (
    Number(n >> BigInt(drop)) * 2 ** Math.max(e + drop, -1000) * 2 ** Math.min(0, e + drop + 1000)
  );
}

export interface ExactAnswer {
  /** Of the sum over the samples, rounded once. */
  readonly gradient: number[];
  /** Layers in order, samples in rows, neurons in columns. */
  readonly signs: number[];
  readonly sizes: number[];
}

/** Backward mode without rounding, for the sum of squared errors, with relu'(0) = `atZero`. */
export function exactBackward(
  { widths, inputs, targets }: Problem,
  parameters: readonly number[],
  atZero: number,
): ExactAnswer {
  const { slices, dimension } = layoutOf(widths);
  const theta = parameters.map(dyadic);
  const depth = widths.length - 1;
  const gradient = Array.from({ length: dimension }, () => zero);
  const give = (t: number, x: Dyadic): void => void (gradient[t] = plus(gradient[t]!, x));
  const signs: number[][] = slices.map(() => []);
  const sizes: number[][] = slices.map(() => []);
  inputs.forEach((input, s) => {
    const a: Dyadic[][] = [input.map(dyadic)];
    const slopes: Dyadic[][] = [];
    for (let k = 0; k < depth; k++) {
      const weights = slices[2 * k]!.offset;
      const biases = slices[2 * k + 1]!.offset;
      const z = Array.from({ length: widths[k + 1]! }, (_, i) =>
        a[k]!.reduce(
          (sum, x, j) => plus(sum, times(theta[weights + i * widths[k]! + j]!, x)),
          theta[biases + i]!,
        ),
      );
      if (k + 1 === depth) {
        a.push(z);
        break;
      }
      const side = z.map(({ n }) => (n > 0n ? 1 : n < 0n ? -1 : 0));
      signs[k]!.push(...side);
      sizes[k]!.push(...z.map((value) => Math.abs(toDouble(value))));
      slopes.push(side.map((sign) => dyadic(sign > 0 ? 1 : sign < 0 ? 0 : atZero)));
      a.push(z.map((value, i) => (side[i]! > 0 ? value : zero)));
    }
    let cotangent = a[depth]!.map((value, i) =>
      times(dyadic(2), plus(value, dyadic(-targets[s]![i]!))),
    );
    for (let k = depth - 1; k >= 0; k--) {
      const below = a[k]!.map(() => zero);
      cotangent.forEach((c, i) => {
        give(slices[2 * k + 1]!.offset + i, c);
        a[k]!.forEach((x, j) => {
          const t = slices[2 * k]!.offset + i * widths[k]! + j;
          give(t, times(c, x));
          below[j] = plus(below[j]!, times(c, theta[t]!));
        });
      });
      if (k > 0) cotangent = below.map((c, j) => times(c, slopes[k - 1]![j]!));
    }
  });
  return { gradient: gradient.map(toDouble), signs: signs.flat(), sizes: sizes.flat() };
}
