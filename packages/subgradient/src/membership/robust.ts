import type { LocalForm } from '../abs-normal/local-form.js';
import { addBalls, multiplyBalls, signOfBall, type Ball } from '../procedure/ball.js';
import { independence } from './independence.js';
import { kinkClasses, type KinkClass } from './kink-classes.js';
import type { Decision, Decisions } from './proofs.js';
import { multiplierReason } from './reasons.js';

/**
 * Memberships from numbers with rounding bounds. Decided are the differentiable case, and the answer g_σ of a backward
 * sweep where the rows are independent by a margin beyond all rounding, kinks of the same function up to a factor taken
 * as one: then every signature of these is attained, and the closed forms hang on comparisons of |τ_i| and β_i.
 */
export function decideRobustly(
  local: LocalForm,
  gradient: Float64Array,
  choice: readonly number[] | undefined,
): Decisions {
  if (local.kinks.length === 0) return differentiable(local, gradient, choice !== undefined);
  const classes = kinkClasses(local);
  const { independent } = independence(local);
  const dependent = classes.filter(({ first }) => !independent.includes(first));
  if (dependent.length > 0) {
    const names = dependent.map(({ first }) => local.kinks[first]!.index).join(', ');
    return every({
      answer: 'undecided',
      reason: {
        code: 'dependentRows',
        text: `irrational data: rows of the active kinks are dependent to within rounding (switching variables ${names})`,
      },
    });
  }
  if (choice === undefined) {
    return every({
      answer: 'undecided',
      reason: {
        code: 'roundedVector',
        text: 'irrational data: a vector that is no answer of a sweep is known only to within rounding',
      },
    });
  }
  return independentClasses(mergedMultipliers(local, classes, choice));
}

function every(decision: Decision): Decisions {
  return { frechet: decision, limiting: decision, bouligand: decision, clarke: decision };
}

function differentiable(local: LocalForm, gradient: Float64Array, isChoice: boolean): Decisions {
  const proof = { kind: 'differentiable' } as const;
  if (isChoice) return every({ answer: 'in', proof });
  const outside = gradient.some((entry, t) => {
    const { value, radius } = local.outputByInput().get(t) ?? { value: 0, radius: 0 };
    return Math.abs(entry - value) > radius;
  });
  return every(
    outside
      ? { answer: 'out', proof }
      : {
          answer: 'undecided',
          reason: { code: 'hiddenDifference', text: 'equal to the gradient to within rounding' },
        },
  );
}

/** g_σ = a + τᵀZ over the classes, and their weights β. */
export interface MergedMultipliers {
  readonly tau: readonly Ball[];
  readonly beta: readonly Ball[];
  /** s ∈ [−1, 1] with τ = sβ, where the sweep chose signs for the members as s does for z. */
  readonly side: readonly (number | undefined)[];
  /** Whether no class has |z| of another in its switching function. */
  readonly isUncoupled: boolean;
}

/** ω_i = σ_iβ_i by kink as a sweep has it, τ = Σ ω_ic_i by class; β = b + τᵀL with |z_i| = |c_i||z| merged. */
export function mergedMultipliers(
  { bounded }: LocalForm,
  classes: readonly KinkClass[],
  choice: readonly number[],
): MergedMultipliers {
  const none: Ball = { value: 0, radius: 0 };
  const omega = [...bounded.outputByAbs];
  for (let m = choice.length - 1; m >= 0; m--) {
    const own = multiplyBalls(omega[m]!, { value: choice[m]!, radius: 0 });
    omega[m] = own;
    for (const [j, coupling] of bounded.switchingByAbs[m]!) {
      omega[j] = addBalls(omega[j]!, multiplyBalls(own, coupling));
    }
  }
  const total = (list: readonly Ball[]): Ball => list.reduce(addBalls, none);
  const tau = classes.map(({ members }) =>
    total(members.map(({ kink, factor }) => multiplyBalls(omega[kink]!, factor))),
  );
  const onto = (row: (kink: number) => Ball, { members }: KinkClass): Ball =>
    total(members.map(({ kink, factor }) => multiplyBalls(row(kink), size(factor))));
  let isUncoupled = true;
  const beta = classes.map((own) => {
    const couplings = classes.map(({ first }) =>
      onto((kink) => bounded.switchingByAbs[first]!.get(kink) ?? none, own),
    );
    isUncoupled &&= couplings.every(({ value, radius }) => value === 0 && radius === 0);
    return total([
      onto((kink) => bounded.outputByAbs[kink]!, own),
      ...couplings.map((coupling, m) => multiplyBalls(coupling, tau[m]!)),
    ]);
  });
  const side = classes.map(({ members }) => {
    const sides = members.map(({ kink, factor }) => choice[kink]! * Math.sign(factor.value));
    return sides.every((s) => s === sides[0]) ? sides[0] : undefined;
  });
  return { tau, beta, side, isUncoupled };
}

/** Closed forms for independent classes, as far as rounding leaves them open. */
function independentClasses(merged: MergedMultipliers): Decisions {
  const states = merged.tau.map((_, i) => comparison(merged, i));
  const proof = { kind: 'margins' } as const;
  const decision = (holds: readonly (boolean | undefined)[]): Decision => {
    if (holds.includes(false)) return { answer: 'out', proof };
    return holds.includes(undefined)
      ? { answer: 'undecided', reason: multiplierReason }
      : { answer: 'in', proof };
  };
  const clarke = decision(states.map(({ within }) => within));
  return {
    frechet: decision(states.map(({ below }) => below)),
    bouligand: decision(states.map(({ equal }) => equal)),
    limiting: decision(states.map(({ below, equal }) => either(below, equal))),
    clarke:
      clarke.answer === 'out' && !merged.isUncoupled
        ? {
            answer: 'undecided',
            reason: {
              code: 'coupledKinks',
              text: 'irrational data: an unattained choice at coupled kinks',
            },
          }
        : clarke,
  };
}

/** |τ| ≤ β, |τ| = |β| and |τ| ≤ |β|, or undefined where rounding hides it. */
export interface Comparison {
  readonly below: boolean | undefined;
  readonly equal: boolean | undefined;
  readonly within: boolean | undefined;
}

/** Compares the multiplier of kink class i with its weight β; `undefined` where rounding leaves the answer open. */
export function comparison({ tau, beta, side }: MergedMultipliers, i: number): Comparison {
  const s = side[i];
  const weight = signOfBall(beta[i]!);
  if (s !== undefined) {
    const isOpen = weight === undefined;
    return {
      below: isOpen ? undefined : weight >= 0,
      equal: Math.abs(s) === 1 ? true : isOpen ? undefined : weight === 0,
      within: true,
    };
  }
  const minus = ({ value, radius }: Ball): Ball => ({ value: -value, radius });
  const order = signOfBall(addBalls(size(tau[i]!), minus(size(beta[i]!))));
  const below = signOfBall(addBalls(size(tau[i]!), minus(beta[i]!)));
  return {
    below: atMost(below),
    equal: order === undefined ? undefined : order === 0,
    within: atMost(order),
  };
}

function size({ value, radius }: Ball): Ball {
  return { value: Math.abs(value), radius };
}

function atMost(sign: number | undefined): boolean | undefined {
  return sign === undefined ? undefined : sign <= 0;
}

function either(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === true || b === true) return true;
  return a === undefined || b === undefined ? undefined : false;
}
