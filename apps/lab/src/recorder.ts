import { norm2 } from '@nonsmooth/core';
import type { Problem } from './problem.js';
import type { ColumnName } from './study.js';

/** Computes what a study records of parameters. */
export interface Recorder {
  readonly names: readonly ColumnName[];
  /** One number per name; `known` is what the dynamics know already. */
  row(theta: Float64Array, known?: Known): number[];
}

/** Loss and ‖Θ'‖ of a flow. */
export interface Known {
  readonly loss: number;
  readonly speed: number;
}

/** Parameters to look at: what several columns need is computed once. */
interface Sight {
  readonly theta: Float64Array;
  readonly known: Known | undefined;
  readonly loss: number;
  readonly gradientNorm: number;
}

/** One entry per column: checks once that it fits the problem, then computes it. */
const columns: { readonly [Name in ColumnName]: (problem: Problem) => (sight: Sight) => number } = {
  loss: () => (sight) => sight.known?.loss ?? sight.loss,
  speed: () => (sight) => sight.known?.speed ?? sight.gradientNorm,
  norm: () => (sight) => norm2(sight.theta),
};

/** @throws ArgumentError for a column that the problem does not have. */
export function recorder(problem: Problem, names: readonly ColumnName[]): Recorder {
  const { risk } = problem;
  const gradient = new Float64Array(risk.dimension);
  const rules = names.map((name) => columns[name](problem));
  const needsGradient = names.some((name) => name === 'speed');
  return {
    names,
    row(theta, known) {
      let found: { loss: number; gradientNorm: number } | undefined;
      const look = (): { loss: number; gradientNorm: number } =>
        (found ??= needsGradient
          ? { loss: risk.gradient(theta, gradient), gradientNorm: norm2(gradient) }
          : { loss: risk.value(theta), gradientNorm: NaN });
      const sight: Sight = {
        theta,
        known,
        get loss() {
          return look().loss;
        },
        get gradientNorm() {
          return look().gradientNorm;
        },
      };
      return rules.map((rule) => rule(sight));
    },
  };
}
