import type { InitialValueProblem, Solution } from '@nonsmooth/ode';
import tanhFlow from './data/tanh-flow.json' with { type: 'json' };
import references from './data/initial-value-problems.json' with { type: 'json' };

export interface StiffProblem extends InitialValueProblem {
  readonly name: string;
  readonly reference: readonly number[];
}

function referenced(
  name: string,
  rhs: InitialValueProblem['rhs'],
  jacobian: InitialValueProblem['jacobian'],
): StiffProblem {
  const { y0, t0, t1, reference } = references.find((problem) => problem.name === name)!;
  return { name, y0, t0, t1, reference, rhs, jacobian, autonomous: true };
}

export const robertson: StiffProblem = referenced(
  'robertson',
  (_t, [a, b, c], out) => {
    out[0] = -0.04 * a! + 1e4 * b! * c!;
    out[2] = 3e7 * b! * b!;
    out[1] = -out[0] - out[2];
  },
  (_t, [, b, c], out) => {
    out.set([-0.04, 1e4 * c!, 1e4 * b!, 0.04, -1e4 * c! - 6e7 * b!, -1e4 * b!, 0, 6e7 * b!, 0]);
  },
);

export const vanDerPol: StiffProblem = referenced(
  'vanderpol-1000',
  (_t, [a, b], out) => {
    out[0] = b!;
    out[1] = 1000 * (1 - a! * a!) * b! - a!;
  },
  (_t, [a, b], out) => {
    out.set([0, 1, -2000 * a! * b! - 1, 1000 * (1 - a! * a!)]);
  },
);

/**
 * HIRES, the growth of plants under light: eight concentrations (Schäfer 1975; Hairer and Wanner, Solving Ordinary
 * Differential Equations II, IV.10). The reference is that of the test set of Mazzia and Magherini (Bari, 2008).
 */
export const hires: StiffProblem = {
  name: 'HIRES',
  rhs(_t, [a, b, c, d, e, f, g, h], out) {
    out[0] = -1.71 * a! + 0.43 * b! + 8.32 * c! + 0.0007;
    out[1] = 1.71 * a! - 8.75 * b!;
    out[2] = -10.03 * c! + 0.43 * d! + 0.035 * e!;
    out[3] = 8.32 * b! + 1.71 * c! - 1.12 * d!;
    out[4] = -1.745 * e! + 0.43 * f! + 0.43 * g!;
    out[5] = -280 * f! * h! + 0.69 * d! + 1.71 * e! - 0.43 * f! + 0.69 * g!;
    out[6] = 280 * f! * h! - 1.81 * g!;
    out[7] = -out[6];
  },
  y0: [1, 0, 0, 0, 0, 0, 0, 0.0057],
  t0: 0,
  t1: 321.8122,
  autonomous: true,
  reference: [
    0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2,
    0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2,
  ],
};

/** Prothero–Robinson: y' = λ(y − φ(t)) + φ'(t), φ = sin(t + π/4); y = φ whatever λ is. */
export function protheroRobinson(lambda: number): StiffProblem {
  const phase = Math.PI / 4;
  return {
    name: `Prothero–Robinson, λ = ${lambda}`,
    rhs(t, y, out) {
      out[0] = lambda * (y[0]! - Math.sin(t + phase)) + Math.cos(t + phase);
    },
    jacobian(_t, _y, out) {
      out[0] = lambda;
    },
    timeDerivative(t, _y, out) {
      out[0] = -lambda * Math.cos(t + phase) - Math.sin(t + phase);
    },
    y0: [Math.SQRT1_2],
    t0: 0,
    t1: 10,
    reference: [Math.sin(10 + phase)],
  };
}

/**
 * θ' = −∇L(θ), L = mean (Σ_k c_k·tanh(w_k x + b_k) + d − y)², θ = (w, b, c, d); the Jacobian is minus the Hessian.
 * With r = N(x) − y, u = tanh, u' = 1 − u², u'' = −2u·u': ∇L = 2·mean r·∇N, ∇²L = 2·mean (∇N·∇Nᵀ + r·∇²N).
 */
export const tanhNetwork: StiffProblem = (() => {
  const { x, y, theta0, reference, t1 } = tanhFlow;
  const width = 16;
  const n = 3 * width + 1;
  const u = new Float64Array(width);
  const gradient = new Float64Array(n);
  const forward = (theta: Float64Array, input: number, target: number): number => {
    let sum = theta[3 * width]! - target;
    for (let k = 0; k < width; k++) {
      u[k] = Math.tanh(theta[k]! * input + theta[width + k]!);
      const outer = theta[2 * width + k]!;
      sum += outer * u[k]!;
      const slope = outer * (1 - u[k]! * u[k]!);
      gradient[k] = slope * input;
      gradient[width + k] = slope;
      gradient[2 * width + k] = u[k]!;
    }
    gradient[3 * width] = 1;
    return sum;
  };
  return {
    name: 'tanh network',
    y0: theta0,
    t0: 0,
    t1,
    reference,
    autonomous: true,
    symmetric: true,
    rhs(_t, theta, out) {
      out.fill(0);
      for (let s = 0; s < x.length; s++) {
        const factor = (-2 / x.length) * forward(theta, x[s]!, y[s]!);
        for (let i = 0; i < n; i++) out[i]! += factor * gradient[i]!;
      }
    },
    jacobianVector(_t, theta, v, out) {
      out.fill(0);
      for (let s = 0; s < x.length; s++) {
        const input = x[s]!;
        const factor = -2 / x.length;
        const residual = factor * forward(theta, input, y[s]!);
        let along = 0;
        for (let i = 0; i < n; i++) along += gradient[i]! * v[i]!;
        for (let i = 0; i < n; i++) out[i]! += factor * along * gradient[i]!;
        for (let k = 0; k < width; k++) {
          const [w, b, c] = [k, width + k, 2 * width + k];
          const inner = v[w]! * input + v[b]!;
          const first = residual * (1 - u[k]! * u[k]!);
          const outer = first * v[c]! - 2 * u[k]! * first * theta[c]! * inner;
          out[w]! += outer * input;
          out[b]! += outer;
          out[c]! += first * inner;
        }
      }
    },
    jacobian(_t, theta, out) {
      out.fill(0);
      for (let s = 0; s < x.length; s++) {
        const input = x[s]!;
        const factor = -2 / x.length;
        const residual = factor * forward(theta, input, y[s]!);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) out[i * n + j]! += factor * gradient[i]! * gradient[j]!;
        }
        for (let k = 0; k < width; k++) {
          const [w, b, c] = [k, width + k, 2 * width + k];
          const first = residual * (1 - u[k]! * u[k]!);
          const second = -2 * u[k]! * first * theta[c]!;
          out[w * n + w]! += second * input * input;
          out[w * n + b]! += second * input;
          out[b * n + w]! += second * input;
          out[b * n + b]! += second;
          out[w * n + c]! += first * input;
          out[c * n + w]! += first * input;
          out[b * n + c]! += first;
          out[c * n + b]! += first;
        }
      }
    },
  };
})();

/** Largest error of the last state; relative to the reference's components if `relative`. */
export function errorAtEnd(
  { y }: Solution,
  reference: readonly number[],
  relative = false,
): number {
  const last = y.at(-1)!;
  return Math.max(
    ...reference.map((value, i) => Math.abs(last[i]! - value) / (relative ? Math.abs(value) : 1)),
  );
}
