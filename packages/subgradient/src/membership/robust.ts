import type { LocalForm } from '../abs-normal/local-form.js';
import { independence } from './independence.js';
import type { Decision, Decisions } from './proofs.js';

/**
 * Memberships from numbers with rounding bounds. Decided are the differentiable case, and independent rows (by a
 * margin beyond all rounding) with the answer g_σ of a backward sweep: then every signature is attained, and
 * Fréchet membership hangs on the signs of β_i − |μ_i|.
 */
export function decideRobustly(
  local: LocalForm,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
): Decisions {
  const kinks = local.kinks.length;
  if (kinks === 0) return differentiable(local, gradient, choice !== undefined);
  const free = independence(local);
  if (free.independent.length < kinks) {
    return every({
      answer: 'undecided',
      reason: 'rows of the active kinks are dependent to within rounding',
    });
  }
  if (choice === undefined) {
    return every({ answer: 'undecided', reason: 'the gradient is known only to within rounding' });
  }
  return independentRows(local, choice);
}

function every(decision: Decision): Decisions {
  return { frechet: decision, limiting: decision, bouligand: decision, clarke: decision };
}

function differentiable(local: LocalForm, gradient: Float64Array, isChoice: boolean): Decisions {
  const proof = { kind: 'differentiable' } as const;
  if (isChoice) return every({ answer: 'in', proof });
  const outside = gradient.some((entry, t) => {
    const { value, radius } = local.outputByInput.get(t) ?? { value: 0, radius: 0 };
    return Math.abs(entry - value) > radius;
  });
  return every(
    outside
      ? { answer: 'out', proof }
      : { answer: 'undecided', reason: 'equal to the gradient to within rounding' },
  );
}

/** μ_i = −σ_iβ_i for g = g_σ, with β from the last kink to the first: only the signs of the β_i matter. */
function independentRows({ bounded }: LocalForm, choice: readonly number[]): Decisions {
  const beta = bounded.outputByAbs.map(({ value, radius }) => ({ value, radius }));
  for (let i = choice.length - 1; i >= 0; i--) {
    const { value, radius } = beta[i]!;
    // β_j = b_j − Σ_{i>j} μ_iL_ij with μ_i = −σ_iβ_i
    for (const [j, coupling] of bounded.switchingByAbs[i]!) {
      const term = choice[i]! * value * coupling.value;
      const error =
        Math.abs(choice[i]!) *
        (Math.abs(value) * coupling.radius + radius * (Math.abs(coupling.value) + coupling.radius));
      beta[j]!.value += term;
      beta[j]!.radius += error + (Math.abs(term) + Math.abs(beta[j]!.value)) * 2 ** -51;
    }
  }
  const proof = { kind: 'margins' } as const;
  const isVertex = choice.map((sigma) => Math.abs(sigma) === 1);
  // |μ_i| = |σ_i||β_i| ≤ β_i: true for β_i ≥ 0, false for β_i < 0
  const below = beta.map(({ value, radius }) =>
    value > radius ? true : value < -radius ? false : undefined,
  );
  const decision = (states: readonly (boolean | undefined)[]): Decision => {
    if (states.includes(false)) return { answer: 'out', proof };
    return states.includes(undefined)
      ? { answer: 'undecided', reason: 'the sign of a multiplier is hidden by rounding' }
      : { answer: 'in', proof };
  };
  const attained = beta.map(({ value, radius }, i) =>
    isVertex[i]! ? true : Math.abs(value) > radius ? false : undefined,
  );
  return {
    frechet: decision(below),
    bouligand: decision(attained),
    limiting: decision(
      below.map((yes, i) => yes === true || attained[i] === true || (yes ?? attained[i])),
    ),
    clarke: { answer: 'in', proof },
  };
}
