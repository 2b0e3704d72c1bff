import {
  exactSignatureGradient,
  withoutFlatKinks,
  type ActiveRows,
  type LocalForm,
} from '../abs-normal/local-form.js';
import { rationalCore } from './rational-core.js';
import {
  absolute,
  add,
  divide,
  fromNumber,
  multiply,
  zero,
  type Rational,
} from '../exact/rational.js';
import { canonicalForms, type CanonicalForm } from '../procedure/canonical-form.js';
import type { SparseVector } from './frame.js';
import { independence } from './independence.js';
import { kinkClasses } from './kink-classes.js';
import { mergedMultipliers } from './robust.js';

/** Z, L, b and g_σ − a of the classes of kinks, without rounding, in the coordinates of functions u. */
export interface StructuralFacts {
  readonly rows: ActiveRows<Rational>;
  readonly offset: SparseVector;
}

/**
 * Irrational data whose structure is rational: f = smooth + F(u) near the point with an abs-linear F of rational
 * coefficients and smooth functions u, like x·exp(y), whose combinations in the switching functions have gradients that
 * are independent by margins beyond rounding. Then u are coordinates, and all questions about g_σ are questions about F.
 * Read off the canonical forms. Or the kinks are rational and act through one scalar only, see `rationalCore`.
 * Undefined where they are not of this kind.
 */
export function structuralFacts(
  local: LocalForm,
  choice: readonly number[],
): StructuralFacts | undefined {
  if (!independence(local).holds) return undefined;
  const core = rationalCore(local);
  if (core !== undefined) {
    const { rows, choice: kept } = withoutFlatKinks(core, choice);
    return { rows, offset: exactSignatureGradient(rows, new Map(), kept!) };
  }
  const { tape, active, output } = local.procedure;
  const forms = canonicalForms(
    tape,
    active.map(({ scalar }) => scalar),
  );
  const classes = kinkClasses(local);
  const own = classes.map(({ first }) => forms.of(local.kinks[first]!.scalar));
  const named = own.map((form) => forms.name(form));
  const classOf = new Map(named.map(({ name }, j) => [name, j]));
  const columns = new Map<string, number>();
  /** Coefficients of |z| by class and of smooth functions by column; undefined if there are others. */
  const split = ({ terms }: CanonicalForm): Split | undefined => {
    const byAbs = new Map<number, Rational>();
    const smooth = new Map<number, Rational>();
    for (const [monomial, coefficient] of terms) {
      const inner = forms.absoluteOf(monomial);
      const j = inner === undefined ? undefined : classOf.get(inner);
      if (j !== undefined) {
        byAbs.set(j, divide(coefficient, absolute(named[j]!.factor)));
      } else if (forms.hasAbsolute(monomial)) {
        return undefined;
      } else if (monomial !== '') {
        if (!columns.has(monomial)) columns.set(monomial, columns.size);
        smooth.set(columns.get(monomial)!, coefficient);
      }
    }
    return { byAbs, smooth };
  };
  const parts = own.map(split);
  const ofOutput = split(forms.of(output));
  const { tau } = mergedMultipliers(local, classes, choice);
  const isComplete = parts.every((part) => part !== undefined);
  if (!isComplete || ofOutput === undefined || tau.some(({ radius }) => radius !== 0)) {
    return undefined;
  }
  const offset = new Map<number, Rational>();
  tau.forEach(({ value }, j) => {
    for (const [t, entry] of parts[j]!.smooth) {
      const total = add(offset.get(t) ?? zero, multiply(fromNumber(value), entry));
      if (total.n === 0n) offset.delete(t);
      else offset.set(t, total);
    }
  });
  return {
    rows: {
      switchingByInput: parts.map((part) => part.smooth),
      switchingByAbs: parts.map((part) => part.byAbs),
      outputByAbs: classes.map((_, j) => ofOutput.byAbs.get(j) ?? zero),
    },
    offset,
  };
}

interface Split {
  readonly byAbs: Map<number, Rational>;
  readonly smooth: Map<number, Rational>;
}
