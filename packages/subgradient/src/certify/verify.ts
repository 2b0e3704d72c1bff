import {
  exactSignatureGradient,
  localForm,
  withoutFlatKinks,
  type ActiveRows,
} from '../abs-normal/local-form.js';
import { gradientOffset, rationalRow, type AbsLinearForm } from '../cells/abs-linear.js';
import { meter } from '../cells/budget.js';
import type { BranchStep } from '../cells/search.js';
import { primitive } from '../exact/integer-vector.js';
import { solveIntegers } from '../exact/linear-system.js';
import { nonnegativeSolution, strictDirectionWithin } from '../exact/nonnegative-solution.js';
import {
  add,
  fromNumber,
  multiply,
  one,
  parse,
  sign,
  subtract,
  zero,
  type Rational,
} from '../exact/rational.js';
import { closedForms } from '../membership/closed-forms.js';
import { frechetNear } from '../membership/decide.js';
import { difference, fixSigns, frame, type Frame, type SparseVector } from '../membership/frame.js';
import { excess } from '../membership/frechet.js';
import { independence } from '../membership/independence.js';
import {
  subdifferentialNames,
  type CellWitness,
  type Membership,
  type Proof,
  type SparseEntries,
  type SubdifferentialName,
} from '../membership/proofs.js';
import { decideRobustly } from '../membership/robust.js';
import { programOf, type Subject } from '../subject.js';
import { boundedSignatureGradient } from './signature-gradient.js';
import type { Certificate } from './certificate.js';

/** A certificate that does not prove what it claims. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly set: SubdifferentialName | 'gradient';

  constructor(set: SubdifferentialName | 'gradient', message: string) {
    super(`${set}: ${message}`);
    this.set = set;
  }
}

/**
 * Re-derives every decided membership from the program: evaluates the abs-normal form anew and checks each proof in
 * exact arithmetic. Directions, weights, trees and patterns are taken from the certificate, conclusions are not.
 * @throws CertificateError naming what does not hold.
 */
export function verify(certificate: Certificate, subject: Subject): true {
  const { point, decisions, choice, tolerance } = certificate;
  const gradient = Float64Array.from(certificate.gradient);
  const local = localForm(programOf(subject, point), point);
  const { irregular, unresolved } = local.procedure;
  const claimed = subdifferentialNames.filter((set) => decisions[set].answer !== 'undecided');
  if (claimed.length === 0) return true;
  const fail = (set: SubdifferentialName | 'gradient', message: string): never => {
    throw new CertificateError(set, message);
  };
  if (irregular.length + unresolved.length > 0)
    fail(claimed[0]!, 'f is not known to be abs-smooth');
  if (choice !== undefined) {
    if (choice.length !== local.kinks.length || choice.some((sigma) => !(Math.abs(sigma) <= 1))) {
      fail('gradient', 'the choice does not fit the active kinks');
    }
    const expected = boundedSignatureGradient(local, choice);
    const scale = expected.reduce((worst, x) => Math.max(worst, Math.abs(x)), 1);
    const allowed = Math.max(tolerance, 1e-6 * scale);
    if (!gradient.every((g, t) => Math.abs(g - expected[t]!) <= allowed)) {
      fail('gradient', 'it is not the answer of a sweep with this choice');
    }
  }
  if (certificate.model === 'robust') {
    const again = decideRobustly(local, gradient, choice);
    for (const set of claimed) {
      if (again[set].answer !== decisions[set].answer)
        fail(set, `the margins give ${again[set].answer}`);
    }
    return true;
  }
  const { exact, exactOutputByInput } = local;
  if (exact === undefined) return fail(claimed[0]!, 'the data are not exact');
  if (choice === undefined && exactOutputByInput === undefined) {
    return fail(claimed[0]!, 'the gradient is not exact');
  }
  const offset =
    choice !== undefined
      ? exactSignatureGradient(exact, new Map(), choice)
      : difference(ofDoubles(gradient), exactOutputByInput!);
  const { rows } = withoutFlatKinks(exact, undefined);
  const checker = new Checker(rows, difference(offset, new Map()), () => independence(local).holds);
  for (const set of claimed) {
    const { answer, proof } = decisions[set];
    if (proof === undefined) return fail(set, 'there is no proof');
    const implied = proof.kind === 'impliedBy';
    const holds = implied
      ? implications.has(`${proof.set} ${answer} ${set}`) && decisions[proof.set].answer === answer
      : checker.proves(set, answer, proof, choice !== undefined);
    if (!holds) fail(set, `the proof by ${proof.kind} does not show '${answer}'`);
  }
  return true;
}

/** Fréchet ⊂ limiting ⊂ Clarke and Bouligand ⊂ limiting. */
const implications: ReadonlySet<string> = new Set([
  'frechet in limiting',
  'frechet in clarke',
  'bouligand in limiting',
  'bouligand in clarke',
  'clarke out limiting',
]);

class Checker {
  private readonly rows: ActiveRows<Rational>;
  private readonly offset: SparseVector;
  private readonly isLinearizationEnough: () => boolean;
  private readonly kinks: number;

  constructor(rows: ActiveRows<Rational>, offset: SparseVector, enough: () => boolean) {
    this.rows = rows;
    this.offset = offset;
    this.isLinearizationEnough = enough;
    this.kinks = rows.outputByAbs.length;
  }

  proves(set: SubdifferentialName, answer: Membership, proof: Proof, isChoice: boolean): boolean {
    const goal = `${set} ${answer}`;
    switch (proof.kind) {
      case 'differentiable':
        return this.kinks === 0 && (this.offset.size === 0) === (answer === 'in');
      case 'outsideRowSpace':
        return answer === 'out' && this.isOutside(proof.vector);
      case 'independentRows': {
        const at = this.frame();
        if (at?.rank !== this.kinks) return false;
        return closedForms(at.form, at.offset)[set] === (answer === 'in');
      }
      case 'independentChoice':
        return goal === 'clarke in' && isChoice && this.frame()?.rank === this.kinks;
      case 'cell':
        return goal === 'bouligand in' && this.isCell(proof.cell) && isZero(this.point(proof.cell));
      case 'combination':
        return goal === 'clarke in' && this.isCombination(proof.terms);
      case 'everyCell': {
        const at = this.frame();
        return goal === 'frechet in' && at !== undefined && holdsOnEveryCell(at, proof.tree);
      }
      case 'descent':
        return goal === 'frechet out' && this.isDescent(proof.direction);
      case 'face':
        return goal === 'limiting in' && this.isFace(proof);
      case 'separation': {
        const v = vectorOf(proof.direction);
        return (
          goal === 'clarke out' && this.everywhere(proof, (point) => sign(product(point, v)) > 0)
        );
      }
      case 'noCell':
        return goal === 'bouligand out' && this.everywhere(proof, (point) => !isZero(point));
      case 'noFace':
        return goal === 'limiting out' && this.hasNoFace(proof.outer);
      default:
        return false;
    }
  }

  private frame(): Frame | undefined {
    const at = frame(this.rows, this.offset);
    return 'vector' in at ? undefined : at;
  }

  private isOutside(entries: SparseEntries): boolean {
    const v = vectorOf(entries);
    const annihilated = this.rows.switchingByInput.every((row) => product(row, v).n === 0n);
    return annihilated && product(this.offset, v).n !== 0n;
  }

  /** ∇z_i^σ for all i. */
  private gradients(signature: readonly number[]): SparseVector[] {
    const rows: SparseVector[] = [];
    this.rows.switchingByInput.forEach((row, i) => {
      const sum = new Map(row);
      for (const [j, coupling] of this.rows.switchingByAbs[i]!) {
        addMultiple(sum, multiply(coupling, fromNumber(signature[j]!)), rows[j]!);
      }
      rows.push(sum);
    });
    return rows;
  }

  /** g_σ − g. */
  private point({ signature }: Pick<CellWitness, 'signature'>): SparseVector {
    const sum = new Map<number, Rational>();
    addMultiple(sum, { n: -1n, d: 1n }, this.offset);
    this.gradients(signature).forEach((row, i) => {
      addMultiple(sum, multiply(this.rows.outputByAbs[i]!, fromNumber(signature[i]!)), row);
    });
    return sum;
  }

  private isCell({ signature, direction }: CellWitness): boolean {
    if (signature.length !== this.kinks) return false;
    const d = vectorOf(direction);
    return this.gradients(signature).every(
      (row, i) => isZero(row) || (signature[i] !== 0 && sign(product(row, d)) === signature[i]),
    );
  }

  private isCombination(terms: readonly (CellWitness & { readonly weight: string })[]): boolean {
    const sum = new Map<number, Rational>();
    let total = zero;
    for (const term of terms) {
      const weight = parse(term.weight);
      if (sign(weight) <= 0 || !this.isCell(term)) return false;
      total = add(total, weight);
      addMultiple(sum, weight, this.point(term));
    }
    return isZero(sum) && total.n === one.n && total.d === one.d;
  }

  /** Δf(d) < ⟨g, d⟩. */
  private isDescent(direction: SparseEntries): boolean {
    return sign(excess(...this.along(direction))) < 0;
  }

  /** The form on the entries of a direction, with the offset and the direction there. */
  private along(direction: SparseEntries): [AbsLinearForm, Rational[], Rational[]] {
    const d = vectorOf(direction);
    const columns = [...d.keys()];
    const form = {
      dimension: columns.length,
      switchingByInput: this.rows.switchingByInput.map((row) =>
        columns.map((t) => row.get(t) ?? zero),
      ),
      switchingByAbs: this.rows.switchingByAbs.map((row, i) =>
        Array.from({ length: i }, (_, j) => row.get(j) ?? zero),
      ),
      outputByAbs: this.rows.outputByAbs,
    };
    return [form, columns.map((t) => this.offset.get(t) ?? zero), [...d.values()]];
  }

  private isFace(proof: Extract<Proof, { kind: 'face' }>): boolean {
    const { pattern, tree } = proof;
    const d = vectorOf(proof.direction);
    const attained = this.gradients(pattern).every(
      (row, i) => sign(product(row, d)) === pattern[i],
    );
    if (!attained || pattern.length !== this.kinks) return false;
    const fixed = fixSigns(this.rows, this.offset, pattern);
    if (fixed.free.length === 0) return fixed.offset.size === 0;
    const at = frame(fixed.rows, fixed.offset);
    if ('vector' in at) return false;
    if (tree !== undefined) return holdsOnEveryCell(at, tree);
    return at.rank === fixed.free.length && closedForms(at.form, at.offset).frechet;
  }

  /** Whether `test` holds for g_σ − g on all cells of the tree, or for all signatures. */
  private everywhere(
    { tree, outer }: { readonly tree: readonly BranchStep[] | undefined; readonly outer: boolean },
    test: (point: SparseVector) => boolean,
  ): boolean {
    if (outer)
      return patterns(this.kinks, [-1, 1]).every((signature) => test(this.point({ signature })));
    const at = this.frame();
    if (at === undefined || tree === undefined || !this.isLinearizationEnough()) return false;
    return walk(at.form, tree, (signature) => test(this.point({ signature })));
  }

  private hasNoFace(outer: boolean): boolean {
    if (!outer && !this.isLinearizationEnough()) return false;
    const at = this.frame();
    return patterns(this.kinks, [-1, 0, 1]).every((pattern) => {
      if (frechetNear({ rows: this.rows, offset: this.offset }, pattern, meter()) === 'out')
        return true;
      return !outer && at !== undefined && !isAttained(at.form, pattern);
    });
  }
}

/** Checks the refutations of a search tree and visits its leaves; false if anything fails. */
function walk(
  form: AbsLinearForm,
  tree: readonly BranchStep[],
  leaf: (signature: readonly number[], rows: readonly (readonly Rational[])[]) => boolean,
): boolean {
  let next = 0;
  const signs: number[] = [];
  const rows: (readonly Rational[])[] = [];
  const signed = (j: number): bigint[] =>
    primitive(rows[j]!).vector.map((x) => x * BigInt(signs[j]!));
  const visit = (i: number): boolean => {
    if (i === form.switchingByInput.length) return leaf([...signs], [...rows]);
    const row = rationalRow(form, i, signs, rows);
    rows[i] = row;
    const flat = row.every(({ n }) => n === 0n);
    const step = tree[next++];
    const enter = (side: number): boolean => {
      signs[i] = side;
      return visit(i + 1);
    };
    if (step === undefined || (step.kind === 'zero') !== flat) return false;
    if (step.kind === 'zero') return enter(0);
    if (step.kind === 'both') return enter(step.first) && enter(-step.first);
    // sign·row_i = Σ λ_jσ_j·row_j with λ ≥ 0, so the opposite sign is not attained
    const { support, sign: side } = step;
    if (Math.abs(side) !== 1 || support.some((j) => !(j < i && signs[j] !== 0))) return false;
    const solution = solveIntegers(support.map(signed), primitive(row).vector);
    const refuted = solution?.numerators.every((x) => x * BigInt(side) >= 0n);
    return refuted === true && enter(side);
  };
  return visit(0) && next === tree.length;
}

/** g_σ − g is a nonnegative combination of the signed rows on every cell of the tree. */
function holdsOnEveryCell({ form, offset }: Frame, tree: readonly BranchStep[]): boolean {
  return walk(form, tree, (signs, rows) => {
    const target = gradientOffset(form, signs, rows).map((q, t) => subtract(q, offset[t]!));
    const cone = rows.flatMap((row, i) =>
      signs[i] === 0 ? [] : [primitive(row).vector.map((x) => x * BigInt(signs[i]!))],
    );
    return nonnegativeSolution(cone, primitive(target).vector).feasible;
  });
}

function isAttained(form: AbsLinearForm, pattern: readonly number[]): boolean {
  const rows: (readonly Rational[])[] = [];
  const strict: bigint[][] = [];
  const zeros: bigint[][] = [];
  for (let i = 0; i < pattern.length; i++) {
    const row = rationalRow(form, i, pattern, rows);
    rows[i] = row;
    const { vector } = primitive(row);
    if (pattern[i] === 0) zeros.push(vector);
    else strict.push(vector.map((x) => x * BigInt(pattern[i]!)));
  }
  return strictDirectionWithin(strict, zeros, form.dimension) !== undefined;
}

function patterns(length: number, signs: readonly number[]): number[][] {
  let list: number[][] = [[]];
  for (let i = 0; i < length; i++) list = list.flatMap((head) => signs.map((s) => [...head, s]));
  return list;
}

function vectorOf(entries: SparseEntries): Map<number, Rational> {
  return new Map(entries.map(([t, text]) => [t, parse(text)]));
}

function ofDoubles(vector: Float64Array): Map<number, Rational> {
  return new Map(Array.from(vector, (x, t) => [t, fromNumber(x)]));
}

function isZero(vector: SparseVector): boolean {
  return [...vector.values()].every(({ n }) => n === 0n);
}

function product(a: SparseVector, b: SparseVector): Rational {
  let total = zero;
  for (const [t, x] of a) {
    const y = b.get(t);
    if (y !== undefined) total = add(total, multiply(x, y));
  }
  return total;
}

function addMultiple(into: Map<number, Rational>, factor: Rational, vector: SparseVector): void {
  if (factor.n === 0n) return;
  for (const [t, x] of vector) into.set(t, add(into.get(t) ?? zero, multiply(factor, x)));
}
