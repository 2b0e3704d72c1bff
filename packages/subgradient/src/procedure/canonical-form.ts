import {
  add,
  divide,
  equal,
  multiply,
  one,
  print,
  zero,
  type Rational,
} from '../exact/rational.js';
import { kinds, type Tape } from './tape.js';

/**
 * A scalar as an exact linear combination of monomials: products of inputs, of |z| of active kinks, of smooth
 * functions and of sums too large to be multiplied out. Two scalars with equal forms are the same function near
 * the point; the converse is not claimed.
 */
export interface CanonicalForm {
  /** Coefficients by monomial; '' is the constant 1. */
  readonly terms: ReadonlyMap<string, Rational>;
}

/** Canonical forms of the scalars of a tape, and names for them. */
export interface CanonicalForms {
  of(scalar: number): CanonicalForm;
  /** A name shared by all multiples of a function, and which multiple this one is. */
  name(form: CanonicalForm): { readonly name: string; readonly factor: Rational };
  /** The name of the switching function whose absolute value this monomial is, if it is just one |z|. */
  absoluteOf(monomial: string): string | undefined;
  /** Whether a |z| occurs anywhere in the monomial. */
  hasAbsolute(monomial: string): boolean;
}

const largestProduct = 256;
const largestForm = 4000;

/** The canonical forms of a tape, with |z| of the active kinks as atoms. */
export function canonicalForms(tape: Tape, activeKinks: readonly number[]): CanonicalForms {
  const forms = new Map<number, CanonicalForm>();
  const names = new Map<string, string>();
  /** Atoms that are or contain a |z|; those that are one, with the name of z. */
  const kinked = new Set<string>();
  const absolutes = new Map<string, string>();

  const constant = (value: Rational): CanonicalForm => ({
    terms: value.n === 0n ? new Map() : new Map([['', value]]),
  });
  const atom = (name: string, factor: Rational = one): CanonicalForm => ({
    terms: new Map([[name, factor]]),
  });

  function intern(text: string): string {
    let name = names.get(text);
    if (name === undefined) names.set(text, (name = `#${names.size}`));
    return name;
  }

  function name(form: CanonicalForm): { name: string; factor: Rational } {
    const keys = [...form.terms.keys()].sort();
    if (keys.length === 0) return { name: '0', factor: zero };
    const factor = form.terms.get(keys[0]!)!;
    const text = keys
      .map((key) => `${print(divide(form.terms.get(key)!, factor))}·${key}`)
      .join('+');
    return { name: intern(text), factor };
  }

  function asConstant({ terms }: CanonicalForm): Rational | undefined {
    if (terms.size === 0) return zero;
    return terms.size === 1 ? terms.get('') : undefined;
  }

  function accumulate(into: Map<string, Rational>, from: CanonicalForm, factor: Rational): void {
    for (const [key, value] of from.terms) {
      const total = add(into.get(key) ?? zero, multiply(value, factor));
      if (total.n === 0n) into.delete(key);
      else into.set(key, total);
    }
  }

  /** The form as one atom times a factor. */
  function wrapped(form: CanonicalForm): CanonicalForm {
    if (form.terms.size <= 1) return form;
    const { name: inner, factor } = name(form);
    const key = `(${inner})`;
    if ([...form.terms.keys()].some(hasAbsolute)) kinked.add(key);
    return atom(key, factor);
  }

  function product(u: CanonicalForm, v: CanonicalForm): CanonicalForm {
    const [c, d] = [asConstant(u), asConstant(v)];
    const terms = new Map<string, Rational>();
    if (c !== undefined || d !== undefined) {
      accumulate(terms, c === undefined ? u : v, c ?? d!);
      return { terms };
    }
    const small = u.terms.size * v.terms.size <= largestProduct;
    const [left, right] = small ? [u, v] : [wrapped(u), wrapped(v)];
    for (const [first, x] of left.terms) {
      for (const [second, y] of right.terms) {
        const key = [...first.split('*'), ...second.split('*')]
          .filter((part) => part !== '')
          .sort()
          .join('*');
        accumulate(terms, atom(key, one), multiply(x, y));
      }
    }
    return { terms };
  }

  function make(id: number): CanonicalForm {
    switch (tape.kind[id]) {
      case kinds.constant:
        return constant(tape.exact(id)!);
      case kinds.input:
        return atom(`x${tape.first[id]!}`);
      case kinds.absolute: {
        const inner = name(of(activeKinks[tape.first[id]!]!));
        const size = inner.factor.n < 0n ? multiply({ n: -1n, d: 1n }, inner.factor) : inner.factor;
        if (size.n === 0n) return constant(zero);
        const key = `|${inner.name}|`;
        kinked.add(key);
        absolutes.set(key, inner.name);
        return atom(key, size);
      }
      case kinds.sum: {
        const terms = new Map<string, Rational>();
        const { left, first, right, second, stride, count } = tape.terms(id);
        for (let t = 0; t < count; t++) {
          accumulate(terms, product(of(left[first + t]!), of(right[second + t * stride]!)), one);
          if (terms.size > largestForm) return atom(opaque(id));
        }
        return { terms };
      }
      default: {
        const { name: fn, arguments: args } = tape.call(id);
        const inner = args.map(of);
        const exact = tape.exact(id);
        if (exact !== undefined && inner.every((form) => asConstant(form) !== undefined)) {
          return constant(exact);
        }
        const parts = inner.map((form) => {
          const { name: text, factor } = name(form);
          return `${print(factor)}·${text}`;
        });
        const key = intern(`${fn}(${parts.join(',')})`);
        if (inner.some(({ terms }) => [...terms.keys()].some(hasAbsolute))) kinked.add(key);
        return atom(key);
      }
    }
  }

  /** A function known only by where it stands; it may contain any |z|. */
  function opaque(id: number): string {
    const key = `@${id}`;
    kinked.add(key);
    return key;
  }

  /** With a stack of its own: chains are longer than that of the engine. */
  function of(id: number): CanonicalForm {
    const pending = [id];
    for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
      const before = pending.length;
      if (!forms.has(last)) pushMissing(last, pending);
      if (pending.length > before) continue;
      if (!forms.has(last)) forms.set(last, make(last));
      pending.pop();
    }
    return forms.get(id)!;
  }

  /** Pushes the scalars that a form needs and that have none yet. */
  function pushMissing(id: number, onto: number[]): void {
    const push = (at: number): void => void (forms.has(at) || onto.push(at));
    switch (tape.kind[id]) {
      case kinds.absolute:
        push(activeKinks[tape.first[id]!]!);
        break;
      case kinds.sum: {
        const { left, first, right, second, stride, count } = tape.terms(id);
        for (let t = 0; t < count; t++) {
          push(left[first + t]!);
          push(right[second + t * stride]!);
        }
        break;
      }
      case kinds.call:
        push(tape.first[id]!);
        if (tape.second[id]! >= 0) push(tape.second[id]!);
    }
  }

  function hasAbsolute(monomial: string): boolean {
    return monomial.split('*').some((part) => kinked.has(part));
  }

  return { of, name, hasAbsolute, absoluteOf: (monomial) => absolutes.get(monomial) };
}

/** Whether the two forms have the same terms with the same coefficients. */
export function sameForm(a: CanonicalForm, b: CanonicalForm): boolean {
  if (a.terms.size !== b.terms.size) return false;
  return [...a.terms].every(([key, value]) => {
    const other = b.terms.get(key);
    return other !== undefined && equal(value, other);
  });
}
