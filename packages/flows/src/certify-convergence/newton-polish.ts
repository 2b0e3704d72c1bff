import { norm2 as norm, type Objective } from '@nonsmooth/core';
import { choleskyFactor } from './matrices.js';

/** A critical point of positive curvature near θ, as far as damped Newton steps find one. */
export interface PolishedPoint {
  readonly theta: Float64Array;
  readonly gradientNorm: number;
}

/** Steps of the search. */
const iterations = 120;

/**
 * Newton's method with the least damping that makes the Hessian positive definite and the loss not rise (Levenberg,
 * Marquardt), steps limited to a tenth of ‖θ‖ at first. Ends where the gradient falls no further.
 */
export function newtonPolish(objective: Objective, from: ArrayLike<number>): PolishedPoint {
  const d = objective.dimension;
  let theta = Float64Array.from(from);
  let gradient = new Float64Array(d);
  let trial = new Float64Array(d);
  let trialGradient = new Float64Array(d);
  const hessian = new Float64Array(d * d);
  let loss = objective.gradient(theta, gradient);
  let best = { theta: theta.slice(), gradientNorm: norm(gradient) };
  let damping = 0;
  let limit = 0.1 * (norm(theta) || 1);
  let stalled = 0;
  for (let i = 0; i < iterations && stalled < 3; i++) {
    objective.hessian!(theta, hessian);
    const size = hessian.reduce((most, h) => Math.max(most, Math.abs(h)), 0);
    if (!(size > 0 && size < Infinity)) break;
    let accepted = false;
    for (let attempt = 0; attempt < 40 && !accepted; attempt++) {
      const step = dampedStep(hessian, gradient, damping, d);
      const length = step ? norm(step) : Infinity;
      if (step && length <= limit) {
        trial.set(theta.map((x, k) => x - step[k]!));
        const next = objective.gradient(trial, trialGradient);
        const falls =
          next < loss ||
          (next <= loss + 1e-12 * Math.abs(loss) + 1e-300 && norm(trialGradient) < norm(gradient));
        if (falls) {
          accepted = true;
          loss = next;
        }
      }
      if (!accepted) damping = Math.max(4 * damping, 1e-15 * size);
    }
    if (!accepted) break;
    [theta, trial] = [trial, theta];
    [gradient, trialGradient] = [trialGradient, gradient];
    damping = damping < 1e-14 * size ? 0 : damping / 16;
    limit *= 1.5;
    const size2 = norm(gradient);
    stalled = size2 < 0.5 * best.gradientNorm ? 0 : stalled + (damping === 0 ? 1 : 0);
    if (size2 < best.gradientNorm) best = { theta: theta.slice(), gradientNorm: size2 };
    if (size2 === 0) break;
  }
  return best;
}

/** (H + μI)⁻¹g, or nothing where that is not positive definite. */
function dampedStep(
  hessian: Float64Array,
  gradient: Float64Array,
  damping: number,
  d: number,
): Float64Array | undefined {
  const shifted = hessian.slice();
  for (let i = 0; i < d; i++) shifted[i * d + i] = shifted[i * d + i]! + damping;
  const L = choleskyFactor(shifted, d);
  if (L === undefined) return undefined;
  const x = gradient.slice();
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - L[i * d + k]! * x[k]!;
    x[i] = x[i]! / L[i * d + i]!;
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) x[i] = x[i]! - L[k * d + i]! * x[k]!;
    x[i] = x[i]! / L[i * d + i]!;
  }
  return x.every(Number.isFinite) ? x : undefined;
}
