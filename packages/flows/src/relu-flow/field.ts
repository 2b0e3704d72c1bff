import type { Corner } from './corner.js';
import type { FindFlat } from './flat.js';
import { preActivation, type ShallowProblem } from './kinks.js';
import { removeSpan } from './orthonormal-basis.js';
import type { Pattern } from './pattern.js';

/** The flow's right-hand side under a frozen pattern, and what decides how it goes on at a kink. */
export interface Field {
  /** Writes −(minimal-norm element) into `out`; returns the risk. */
  velocity(theta: Float64Array, pattern: Pattern, out: Float64Array): number;
  /** Prepares `corner` for neurons at this state. */
  evaluate(theta: Float64Array, pattern: Pattern): void;
  /** The forces on neuron j at kinks on which it is not active. */
  corner(theta: Float64Array, pattern: Pattern, j: number, groups: readonly number[]): Corner;
}

export function field(problem: ShallowProblem, findFlat: FindFlat): Field {
  const { inputDimension: n, hidden, outputs, groups, samples, offsets } = problem;
  const { extendedInputs, counts, targetSums } = problem;
  const z = new Float64Array(hidden * groups);
  /** groups × outputs: (n_g N(x_g) − Σ y)/M. */
  const residuals = new Float64Array(groups * outputs);

  /** Fills z where active and the residuals; returns the risk. */
  const forward = (theta: Float64Array, { active }: Pattern): number => {
    let risk = problem.withinGroups;
    for (let j = 0; j < hidden; j++) {
      for (let g = 0; g < groups; g++) {
        if (active[j * groups + g]) z[j * groups + g] = preActivation(problem, theta, j, g);
      }
    }
    for (let g = 0; g < groups; g++) {
      for (let o = 0; o < outputs; o++) {
        let value = theta[offsets.outputBias + o]!;
        for (let j = 0; j < hidden; j++) {
          if (active[j * groups + g]) {
            value += theta[offsets.outgoing + o * hidden + j]! * z[j * groups + g]!;
          }
        }
        const difference = counts[g]! * value - targetSums[g * outputs + o]!;
        residuals[g * outputs + o] = difference / samples;
        risk += (difference * difference) / counts[g]!;
      }
    }
    return risk / samples;
  };

  /** 2⟨v_j, R_g⟩: the factor of (x_g, 1) in the gradient with respect to (w_j, b_j). */
  const pull = (theta: Float64Array, j: number, g: number): number => {
    let sum = 0;
    for (let o = 0; o < outputs; o++) {
      sum += theta[offsets.outgoing + o * hidden + j]! * residuals[g * outputs + o]!;
    }
    return 2 * sum;
  };

  /** Σ over the active groups of pull·(x_g, 1), into `out`. */
  const incomingGradient = (
    theta: Float64Array,
    { active }: Pattern,
    j: number,
    out: Float64Array,
  ): void => {
    out.fill(0);
    for (let g = 0; g < groups; g++) {
      if (!active[j * groups + g]) continue;
      const factor = pull(theta, j, g);
      for (let i = 0; i <= n; i++) out[i]! += factor * extendedInputs[g * (n + 1) + i]!;
    }
  };

  const incoming = new Float64Array(n + 1);
  return {
    velocity(theta, pattern, out) {
      const risk = forward(theta, pattern);
      const { active, held } = pattern;
      out.fill(0);
      for (let j = 0; j < hidden; j++) {
        incomingGradient(theta, pattern, j, incoming);
        // Filippov: the combination of all sides that stays on the surfaces is the projection on them.
        if (held[j]!.length > 0) removeSpan(incoming, findFlat(held[j]!).basis);
        for (let i = 0; i < n; i++) out[offsets.weights + j * n + i] = -incoming[i]!;
        out[offsets.biases + j] = -incoming[n]!;
        for (let g = 0; g < groups; g++) {
          if (!active[j * groups + g]) continue;
          for (let o = 0; o < outputs; o++) {
            out[offsets.outgoing + o * hidden + j]! -=
              2 * residuals[g * outputs + o]! * z[j * groups + g]!;
          }
        }
      }
      for (let o = 0; o < outputs; o++) {
        let sum = 0;
        for (let g = 0; g < groups; g++) sum += residuals[g * outputs + o]!;
        out[offsets.outputBias + o] = -2 * sum;
      }
      return risk;
    },

    evaluate: forward,

    corner(theta, pattern, j, at) {
      const free = new Float64Array(n + 1);
      incomingGradient(theta, pattern, j, free);
      const pulls = Float64Array.from(at, (g) => pull(theta, j, g));
      return { flat: findFlat(at), free, pulls };
    },
  };
}
