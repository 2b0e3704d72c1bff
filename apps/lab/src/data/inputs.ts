import { ArgumentError } from '@nonsmooth/core';
import { normal, uniform, type Key } from '@nonsmooth/tensor';
import type { Study } from '../study.js';
import { matrixOf, type Matrix } from './matrix.js';
import { readRows } from './read-file.js';

/** Inputs, and labels where their kind brings some. */
export interface Inputs extends Matrix {
  readonly labels?: Matrix;
}

/** The inputs of a study, of `dimension` columns. @throws ArgumentError for kinds that need another dimension. */
export function inputsOf(given: Study['inputs'], dimension: number, key: Key): Inputs {
  const inTwo = (): void => {
    if (dimension !== 2) throw new ArgumentError('inputs.kind', given.kind, 'two inputs');
  };
  switch (given.kind) {
    case 'grid': {
      const { count, from, to } = given;
      const rows = count ** dimension;
      if (rows > 10_000_000) {
        throw new ArgumentError(
          'inputs.count',
          count,
          `at most 10⁷ points in ${dimension} dimensions`,
        );
      }
      const at = (k: number): number => from + ((to - from) * k) / (count - 1);
      return matrixOf(rows, dimension, (i) =>
        Array.from({ length: dimension }, (_, j) =>
          at(Math.floor(i / count ** (dimension - 1 - j)) % count),
        ),
      );
    }
    case 'values':
      return matrixOf(given.values.length, dimension, (i) => {
        const values = given.values[i]!;
        if (values.length === dimension) return values;
        throw new ArgumentError(`inputs.values.${i}`, values, `${dimension} numbers`);
      });
    case 'file': {
      const found = readRows('inputs.file', given);
      if (found.columns !== dimension) {
        throw new ArgumentError(
          'inputs.file',
          given.file,
          `${dimension} columns, not ${found.columns}`,
        );
      }
      return { ...found, data: found.data.map((x) => x * given.scale) };
    }
    case 'xor': {
      inTwo();
      const corners = [
        [0, 0, 0],
        [0, 1, 1],
        [1, 0, 1],
        [1, 1, 0],
      ] as const;
      return {
        ...matrixOf(4, 2, (i) => corners[i]!.slice(0, 2)),
        labels: matrixOf(4, 1, (i) => [corners[i]![2]]),
      };
    }
    case 'moons': {
      inTwo();
      const { count, noise } = given;
      const jitter = normal(key, [count, 2]).data;
      // Two half circles, each of half of the points, that reach into one another.
      const upper = Math.ceil(count / 2);
      const points = matrixOf(count, 2, (i) => {
        const isUpper = i < upper;
        const [place, of] = isUpper ? [i, upper] : [i - upper, count - upper];
        const angle = (Math.PI * place) / Math.max(1, of - 1);
        const [x, y] = isUpper
          ? [Math.cos(angle), Math.sin(angle)]
          : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
        return [x + noise * jitter[2 * i]!, y + noise * jitter[2 * i + 1]!];
      });
      return { ...points, labels: matrixOf(count, 1, (i) => [i < upper ? 0 : 1]) };
    }
    default: {
      const { count } = given;
      const shape = [count, dimension];
      const { data } =
        given.kind === 'normal'
          ? normal(key, shape)
          : uniform(key, shape, { low: given.from, high: given.to });
      return { rows: count, columns: dimension, data: Float64Array.from(data) };
    }
  }
}
