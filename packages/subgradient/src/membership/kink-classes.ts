import type { LocalForm } from '../abs-normal/local-form.js';
import { divide, toNumber, fromNumber, type Rational } from '../exact/rational.js';
import { canonicalForms } from '../procedure/canonical-form.js';
import { multiplyBalls, type Ball } from '../procedure/ball.js';
import { withoutUnitFactors } from '../procedure/unit-factors.js';
import { flatKinks } from './independence.js';

/** Kinks whose switching functions are multiples of one function, z_i = c_i·z at the point with the first of them as z. */
export interface KinkClass {
  readonly first: number;
  readonly members: readonly { readonly kink: number; readonly factor: Ball }[];
}

/**
 * The classes of the active kinks in evaluation order of their first members: the same function up to a rational
 * factor by canonical form, and up to factors that are not 0 near the point; also where numbers are irrational. Kinks on whose sign nothing depends are left out.
 */
export function kinkClasses(local: LocalForm): KinkClass[] {
  const { tape, active } = local.procedure;
  const forms = canonicalForms(
    tape,
    active.map(({ scalar }) => scalar),
  );
  const isFlat = flatKinks(local);
  const named = local.kinks.map(({ scalar }) => forms.name(forms.of(scalar)));
  const classes: { first: number; members: { kink: number; factor: Ball }[] }[] = [];
  /** By name: the class, and the factor of the first kink with that name, in the form and as a multiple of z. */
  const byName = new Map<string, { own: number; base: Rational; multiple: Ball }>();
  const byStripped = new Map<string, { own: number; kink: number }>();
  named.forEach(({ name, factor }, kink) => {
    if (isFlat[kink]!) return;
    const known = byName.get(name);
    if (known !== undefined) {
      const multiple = multiplyBalls(asBall(divide(factor, known.base)), known.multiple);
      classes[known.own]!.members.push({ kink, factor: multiple });
      return;
    }
    const stripped = strippedForm(kink);
    const like = byStripped.get(stripped.name);
    let own = classes.length;
    let multiple: Ball = { value: 1, radius: 0 };
    if (like === undefined) {
      classes.push({ first: kink, members: [] });
      byStripped.set(stripped.name, { own, kink });
    } else {
      const first = strippedForm(like.kink);
      own = like.own;
      multiple = multiplyBalls(
        asBall(divide(stripped.rational, first.rational)),
        divideBalls(stripped.units, first.units),
      );
    }
    byName.set(name, { own, base: factor, multiple });
    classes[own]!.members.push({ kink, factor: multiple });
  });
  return classes;

  function strippedForm(kink: number): { name: string; rational: Rational; units: Ball } {
    const { scalar, factor: units } = withoutUnitFactors(tape, local.kinks[kink]!.scalar);
    const { name, factor: rational } = forms.name(forms.of(scalar));
    return { name, rational, units };
  }
}

function asBall(x: Rational): Ball {
  const value = toNumber(x);
  const back = fromNumber(value);
  const isExact = back.n === x.n && back.d === x.d;
  return { value, radius: isExact ? 0 : Math.abs(value) * 2 ** -51 };
}

/** u/v, for a v that is certainly not 0. */
function divideBalls(u: Ball, v: Ball): Ball {
  if (u.value === v.value && u.radius === 0 && v.radius === 0) return { value: 1, radius: 0 };
  const value = u.value / v.value;
  const spread = (u.radius + Math.abs(value) * v.radius) / (Math.abs(v.value) - v.radius);
  return { value, radius: (spread + Math.abs(value) * 2 ** -51) * (1 + 2 ** -30) };
}
