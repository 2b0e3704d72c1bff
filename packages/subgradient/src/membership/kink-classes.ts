import type { LocalForm } from '../abs-normal/local-form.js';
import { divide, toNumber, fromNumber } from '../exact/rational.js';
import { canonicalForms } from '../procedure/canonical-form.js';
import type { Ball } from '../procedure/ball.js';
import { flatKinks } from './independence.js';

/** Kinks whose switching functions are multiples of one function, z_i = c_i·z with the first of them as z. */
export interface KinkClass {
  readonly first: number;
  readonly members: readonly { readonly kink: number; readonly factor: Ball }[];
}

/**
 * The classes of the active kinks in evaluation order of their first members: the same function up to a rational
 * factor by canonical form, also where its numbers are irrational. Kinks on whose sign nothing depends are left out.
 */
export function kinkClasses(local: LocalForm): KinkClass[] {
  const { tape, active } = local.procedure;
  const forms = canonicalForms(
    tape,
    active.map(({ scalar }) => scalar),
  );
  const isFlat = flatKinks(local);
  const named = local.kinks.map(({ scalar }) => forms.name(forms.of(scalar)));
  const classes = new Map<string, { first: number; members: { kink: number; factor: Ball }[] }>();
  named.forEach(({ name, factor }, kink) => {
    if (isFlat[kink]!) return;
    const known = classes.get(name);
    if (known === undefined) {
      classes.set(name, { first: kink, members: [{ kink, factor: { value: 1, radius: 0 } }] });
      return;
    }
    const ratio = divide(factor, named[known.first]!.factor);
    const value = toNumber(ratio);
    const back = fromNumber(value);
    const isExact = back.n === ratio.n && back.d === ratio.d;
    known.members.push({
      kink,
      factor: { value, radius: isExact ? 0 : Math.abs(value) * 2 ** -51 },
    });
  });
  return [...classes.values()];
}
