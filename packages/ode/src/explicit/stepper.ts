import { VectorBlock } from '@nonsmooth/core';
import type { Stepper } from '../method.js';
import type { System } from '../system.js';
import type { Combination } from './combination.js';
import type { Combinations } from './combinations.js';
import type { ExplicitDefinition } from './tableau.js';

/** Steps by y_(n+1) = y_n + h Σ b_i k_i, k_i = f(t + c_i h, y_n + h Σ_j a_ij k_j). */
export function explicitStepper(
  method: ExplicitDefinition,
  { rows, step, errorOf, lowerErrorOf, extraRows, powers }: Combinations,
  system: System,
): Stepper {
  const { stages, c, firstSameAsLast, interpolant } = method;
  const { p, extra } = interpolant;
  const n = system.dimension;
  const block = new VectorBlock((p.length + 5) * n);
  const k = p.map(() => block.next(n));
  const y = block.next(n);
  const stage = block.next(n);
  const next = block.next(n);
  const errors = block.next(n);
  const first = k[0]!;
  // Without the first-same-as-last property the interpolant may use y' at the end as one more stage.
  const usesEnd = !firstSameAsLast && p.length > stages;
  const firstExtra = firstSameAsLast ? stages : stages + 1;
  // Two stages at the end of the step, of different states, tell how fast f changes with y.
  const twin = firstSameAsLast && c[stages - 2] === 1 ? stages - 2 : -1;
  const twinState = block.next(twin > 0 ? n : 0);
  const degree = powers.length;
  const memory = { t: 0, y, derivative: first };
  let h = 0;
  let endKnown = false;

  const estimate = (combination: Combination): number => {
    combination.write(k, undefined, h, errors);
    return system.tolerance.size(errors, y, next);
  };

  return {
    memory,
    derivative: first,
    errorExponent: method.embeddedOrder + 1,
    degree,
    next,
    begin(t, start) {
      memory.t = t;
      y.set(start);
      system.rhs(t, y, first);
    },
    attempt(size) {
      h = size;
      endKnown = firstSameAsLast;
      for (let i = 1; i < stages; i++) {
        rows[i]!.write(k, y, h, stage);
        system.rhs(memory.t + c[i]! * h, stage, k[i]!);
        if (i === twin) twinState.set(stage);
      }
      if (firstSameAsLast) next.set(stage);
      else step.write(k, y, h, next);
      if (!errorOf) {
        for (let i = 0; i < n; i++) if (!Number.isFinite(next[i])) return Number.NaN;
        return 0;
      }
      const error = estimate(errorOf);
      if (!lowerErrorOf || error === 0) return error;
      const lower = estimate(lowerErrorOf);
      return (error * error) / Math.sqrt(error * error + 0.01 * lower * lower);
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
      for (let i = 0; i < extraRows.length; i++) {
        extraRows[i]!.write(k, y, h, stage);
        system.rhs(memory.t + extra!.c[i]! * h, stage, k[firstExtra + i]!);
      }
      coefficients[0]!.set(y);
      for (let j = 0; j < degree; j++) powers[j]!.write(k, undefined, h, coefficients[j + 1]!);
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
