import type { Corner } from './corner.js';
import type { FindFlat } from './flat.js';
import type { ShallowProblem } from './kinks.js';
import { removeSpan } from './orthonormal-basis.js';
import { isActive, type Pattern } from './pattern.js';

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
  const { inputDimension: n, hidden, outputs, groups, samples } = problem;
  const { extendedInputs, counts, targetSums, withinGroups } = problem;
  const { weights, biases, outgoing, outputBias } = problem.offsets;
  /** groups × outputs: (n_g N(x_g) − Σ y)/M. */
  const residuals = new Float64Array(groups * outputs);
  /** Per output: the largest of what these are differences of. */
  const sizes = new Float64Array(outputs);

  /** Fills the residuals; returns the risk. */
  const forward = (theta: Float64Array, { active }: Pattern): number => {
    for (let o = 0; o < outputs; o++) {
      const bias = theta[outputBias + o]!;
      for (let g = 0; g < groups; g++) residuals[g * outputs + o] = bias;
    }
    for (let j = 0; j < hidden; j++) {
      for (let g = 0; g < groups; g++) {
        if (active[j * groups + g] === 0) continue;
        let z = theta[biases + j]!;
        const [w, x] = [weights + j * n, g * (n + 1)];
        for (let i = 0; i < n; i++) z += theta[w + i]! * extendedInputs[x + i]!;
        for (let o = 0; o < outputs; o++) {
          residuals[g * outputs + o]! += theta[outgoing + o * hidden + j]! * z;
        }
      }
    }
    let risk = withinGroups;
    sizes.fill(0);
    for (let g = 0; g < groups; g++) {
      const count = counts[g]!;
      for (let o = 0; o < outputs; o++) {
        const target = targetSums[g * outputs + o]!;
        const difference = count * residuals[g * outputs + o]! - target;
        sizes[o] = Math.max(sizes[o]!, (Math.abs(difference) + Math.abs(target)) / samples);
        residuals[g * outputs + o] = difference / samples;
        risk += (difference * difference) / count;
      }
    }
    return risk / samples;
  };

  /** Writes Σ R_go·(x_g, 1) over the active groups of neuron j. */
  const pulled = ({ active }: Pattern, j: number, o: number, out: Float64Array): void => {
    out.fill(0);
    for (let g = 0; g < groups; g++) {
      if (active[j * groups + g] === 0) continue;
      const residual = residuals[g * outputs + o]!;
      const x = g * (n + 1);
      for (let i = 0; i <= n; i++) out[i]! += residual * extendedInputs[x + i]!;
    }
  };

  const sum = new Float64Array(n + 1);
  const incoming = new Float64Array(n + 1);
  /** Adds output o's part of the gradient with respect to (w_j, b_j), 2v_oj·(the sum of `pulled`), to `out`. */
  const addIncoming = (
    theta: Float64Array,
    pattern: Pattern,
    j: number,
    o: number,
    out: Float64Array,
  ): void => {
    pulled(pattern, j, o, sum);
    const factor = 2 * theta[outgoing + o * hidden + j]!;
    for (let i = 0; i <= n; i++) out[i]! += factor * sum[i]!;
  };

  return {
    velocity(theta, pattern, out) {
      const risk = forward(theta, pattern);
      for (let j = 0; j < hidden; j++) {
        const w = weights + j * n;
        incoming.fill(0);
        for (let o = 0; o < outputs; o++) {
          addIncoming(theta, pattern, j, o, incoming);
          // z_g = ⟨(w, b), (x_g, 1)⟩: the same sum gives the gradient with respect to v_oj
          let along = theta[biases + j]! * sum[n]!;
          for (let i = 0; i < n; i++) along += theta[w + i]! * sum[i]!;
          out[outgoing + o * hidden + j] = -2 * along;
        }
        // Filippov: the combination of all sides that stays on the surfaces is the projection on them.
        if (pattern.held[j]!.length > 0) removeSpan(incoming, findFlat(pattern.held[j]!).basis);
        for (let i = 0; i < n; i++) out[w + i] = -incoming[i]!;
        out[biases + j] = -incoming[n]!;
      }
      for (let o = 0; o < outputs; o++) {
        let total = 0;
        for (let g = 0; g < groups; g++) total += residuals[g * outputs + o]!;
        out[outputBias + o] = -2 * total;
      }
      return risk;
    },

    evaluate: forward,

    corner(theta, pattern, j, at) {
      const free = new Float64Array(n + 1);
      for (let o = 0; o < outputs; o++) addIncoming(theta, pattern, j, o, free);
      const pulls = Float64Array.from(at, (g) => {
        let pull = 0;
        for (let o = 0; o < outputs; o++) {
          pull += 2 * theta[outgoing + o * hidden + j]! * residuals[g * outputs + o]!;
        }
        return pull;
      });
      let size = 0;
      for (let o = 0; o < outputs; o++) {
        size += 2 * Math.abs(theta[outgoing + o * hidden + j]!) * sizes[o]!;
      }
      return {
        flat: findFlat(at),
        free,
        pulls,
        noise: 1e-12 * size,
        active: isActive(problem, pattern, j),
      };
    },
  };
}
