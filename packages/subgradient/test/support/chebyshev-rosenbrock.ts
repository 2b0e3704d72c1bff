import type { Expression } from '@nonsmooth/subgradient';

const x = (i: number): Expression => ['x', i];
const sum = (terms: readonly Expression[]): Expression => ['add', ...terms];

/** ¼(x₁ − 1)² + Σ |x_{i+1} − 2x_i² + 1| (Nesterov's first nonsmooth variant). */
export function firstFunction(n: number): Expression {
  const links = Array.from({ length: n - 1 }, (_, i): Expression => [
    'abs',
    ['add', ['sub', x(i + 1), ['mul', ['c', 2], ['square', x(i)]]], ['c', 1]],
  ]);
  return sum([['mul', ['c', 0.25], ['square', ['sub', x(0), ['c', 1]]]], ...links]);
}

/** ¼|x₁ − 1| + Σ |x_{i+1} − 2|x_i| + 1| (Nesterov's second). */
export function secondFunction(n: number): Expression {
  const links = Array.from({ length: n - 1 }, (_, i): Expression => [
    'abs',
    ['add', ['sub', x(i + 1), ['mul', ['c', 2], ['abs', x(i)]]], ['c', 1]],
  ]);
  return sum([['mul', ['c', 0.25], ['abs', ['sub', x(0), ['c', 1]]]], ...links]);
}

/**
 * All points at which the kinks of the second function determine every coordinate: each maximal chain of links
 * x_{i+1} = 2|x_i| − 1 is anchored at some x_i = 0 (i < n) or at x₁ = 1.
 */
export function clarkeCandidates(n: number): number[][] {
  /** Values of a chain of `length` coordinates; `first` says whether it starts at x₁, `last` whether it ends at x_n. */
  const chains = (length: number, first: boolean, last: boolean): number[][] => {
    const found: number[][] = [];
    const anchors = Array.from({ length }, (_, at) => ({ at, value: 0 })).filter(
      ({ at }) => !(last && at === length - 1),
    );
    if (first) anchors.push({ at: 0, value: 1 });
    for (const { at, value } of anchors) {
      let partial: number[][] = [[value]];
      for (let i = at - 1; i >= 0; i--) {
        partial = partial.flatMap((tail) => {
          const size = (tail[0]! + 1) / 2;
          return size < 0
            ? []
            : size === 0
              ? [[0, ...tail]]
              : [
                  [size, ...tail],
                  [-size, ...tail],
                ];
        });
      }
      for (const head of partial) {
        const chain = [...head];
        while (chain.length < length) chain.push(2 * Math.abs(chain.at(-1)!) - 1);
        found.push(chain);
      }
    }
    return found;
  };
  const unique = new Map<string, number[]>();
  const extend = (point: number[]): void => {
    if (point.length === n) {
      unique.set(point.join(), point);
      return;
    }
    for (let length = 1; point.length + length <= n; length++) {
      for (const chain of chains(length, point.length === 0, point.length + length === n)) {
        extend([...point, ...chain]);
      }
    }
  };
  extend([]);
  return [...unique.values()];
}
