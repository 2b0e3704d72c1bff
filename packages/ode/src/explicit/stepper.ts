import type { Stepper } from '../method.js';
import type { System } from '../system.js';
import type { ExplicitDefinition } from './tableau.js';

/** Steps by y_(n+1) = y_n + h Σ b_i k_i, k_i = f(t + c_i h, y_n + h Σ_j a_ij k_j). */
export function explicitStepper(method: ExplicitDefinition, system: System): Stepper {
  const { stages, a, b, c, e, lowerE, firstSameAsLast, interpolant } = method;
  const { p, extra } = interpolant;
  const n = system.dimension;
  const k = Array.from({ length: p.length }, () => new Float64Array(n));
  const y = new Float64Array(n);
  const stage = new Float64Array(n);
  const next = new Float64Array(n);
  const error = new Float64Array(n);
  const first = k[0]!;
  // Without the first-same-as-last property the interpolant may use y' at the end as one more stage.
  const usesEnd = !firstSameAsLast && p.length > stages;
  const firstExtra = firstSameAsLast ? stages : stages + 1;
  // Two stages at the end of the step, of different states, tell how fast f changes with y.
  const twin = firstSameAsLast && c[stages - 2] === 1 ? stages - 2 : -1;
  const twinState = new Float64Array(twin > 0 ? n : 0);
  const memory = { t: 0, y, derivative: first };
  let h = 0;
  let endKnown = false;

  const estimate = (weights: readonly number[]): number => {
    combine(undefined, h, weights, k, error);
    return system.tolerance.size(error, y, next);
  };

  return {
    memory,
    derivative: first,
    errorExponent: method.embeddedOrder + 1,
    degree: p[0]!.length,
    next,
    begin(t, start) {
      memory.t = t;
      y.set(start);
      system.rhs(t, y, first);
    },
    attempt(step) {
      h = step;
      endKnown = firstSameAsLast;
      for (let i = 1; i < stages; i++) {
        combine(y, h, a[i]!, k, stage);
        system.rhs(memory.t + c[i]! * h, stage, k[i]!);
        if (i === twin) twinState.set(stage);
      }
      if (firstSameAsLast) next.set(stage);
      else combine(y, h, b, k, next);
      if (!e) {
        for (let i = 0; i < n; i++) if (!Number.isFinite(next[i])) return Number.NaN;
        return 0;
      }
      const size = estimate(e);
      if (!lowerE || size === 0) return size;
      const lower = estimate(lowerE);
      return (size * size) / Math.sqrt(size * size + 0.01 * lower * lower);
    },
    // Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.2
    get stiffness() {
      if (twin < 0) return 0;
      let above = 0;
      let below = 0;
      for (let i = 0; i < n; i++) {
        const slope = k[stages - 1]![i]! - k[twin]![i]!;
        const distance = next[i]! - twinState[i]!;
        above += slope * slope;
        below += distance * distance;
      }
      return below > 0 ? Math.abs(h) * Math.sqrt(above / below) : 0;
    },
    interpolant(coefficients) {
      if (usesEnd) {
        system.rhs(memory.t + h, next, k[stages]!);
        endKnown = true;
      }
      if (extra) {
        for (let i = 0; i < extra.a.length; i++) {
          combine(y, h, extra.a[i]!, k, stage);
          system.rhs(memory.t + extra.c[i]! * h, stage, k[firstExtra + i]!);
        }
      }
      coefficients[0]!.set(y);
      const degree = p[0]!.length;
      for (let power = 1; power <= degree; power++) {
        const coefficient = coefficients[power]!;
        coefficient.fill(0);
        for (let i = 0; i < p.length; i++) {
          const weight = h * p[i]![power - 1]!;
          if (weight === 0) continue;
          const stageOf = k[i]!;
          for (let j = 0; j < n; j++) coefficient[j] = coefficient[j]! + weight * stageOf[j]!;
        }
      }
      return degree;
    },
    accept(t, projected) {
      memory.t = t;
      y.set(next);
      if (endKnown && !projected) first.set(k[firstSameAsLast ? stages - 1 : stages]!);
      else system.rhs(t, y, first);
    },
  };
}

/** out = y + h·Σ weights_i·k_i, from 0 without y */
function combine(
  y: Float64Array | undefined,
  h: number,
  weights: readonly number[],
  k: readonly Float64Array[],
  out: Float64Array,
): void {
  if (y) out.set(y);
  else out.fill(0);
  for (let i = 0; i < weights.length; i++) {
    const weight = h * weights[i]!;
    if (weight === 0) continue;
    const stage = k[i]!;
    for (let j = 0; j < out.length; j++) out[j] = out[j]! + weight * stage[j]!;
  }
}
