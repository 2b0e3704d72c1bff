import { preActivation, type ShallowProblem } from './kinks.js';
import type { Pattern } from './pattern.js';

/** Velocities of a pre-activation on its kink, if the neuron were off or on there. */
export interface KinkVelocities {
  readonly off: number;
  readonly on: number;
}

/** The flow's right-hand side under a frozen pattern, and what decides how it goes on at a kink. */
export interface Field {
  /** Writes −(minimal-norm element) into `out`; returns the risk. */
  velocity(theta: Float64Array, pattern: Pattern, out: Float64Array): number;
  /** How the pre-activation of neuron j on group g, which is 0, would move. */
  kinkVelocities(theta: Float64Array, pattern: Pattern, j: number, g: number): KinkVelocities;
}

export function field(problem: ShallowProblem): Field {
  const { inputDimension: n, hidden, outputs, groups, samples, offsets } = problem;
  const { extendedInputs, squaredNorms, counts, targetSums } = problem;
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

  const incoming = new Float64Array(n + 1);
  /** Σ over the active groups but `without` of pull·(x_g, 1), into `incoming`. */
  const incomingGradient = (
    theta: Float64Array,
    { active }: Pattern,
    j: number,
    without: number,
  ): void => {
    incoming.fill(0);
    for (let g = 0; g < groups; g++) {
      if (!active[j * groups + g] || g === without) continue;
      const factor = pull(theta, j, g);
      for (let i = 0; i <= n; i++) incoming[i]! += factor * extendedInputs[g * (n + 1) + i]!;
    }
  };
  const along = (g: number): number => {
    let sum = 0;
    for (let i = 0; i <= n; i++) sum += incoming[i]! * extendedInputs[g * (n + 1) + i]!;
    return sum;
  };

  return {
    velocity(theta, pattern, out) {
      const risk = forward(theta, pattern);
      const { active, pinned } = pattern;
      out.fill(0);
      for (let j = 0; j < hidden; j++) {
        incomingGradient(theta, pattern, j, -1);
        const p = pinned[j]!;
        if (p >= 0) {
          // Filippov: the combination of both sides that stays on the surface is the projection on it.
          const share = along(p) / squaredNorms[p]!;
          for (let i = 0; i <= n; i++) incoming[i]! -= share * extendedInputs[p * (n + 1) + i]!;
        }
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
    kinkVelocities(theta, pattern, j, g) {
      forward(theta, pattern);
      incomingGradient(theta, pattern, j, g);
      const off = -along(g);
      // exactly 0, not −0, for a neuron with no other active group
      return { off: off === 0 ? 0 : off, on: off - pull(theta, j, g) * squaredNorms[g]! };
    },
  };
}
