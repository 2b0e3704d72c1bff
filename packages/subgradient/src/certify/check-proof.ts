import type { BranchStep } from '../cells/search.js';
import { primitive } from '../exact/integer-vector.js';
import { solveIntegers } from '../exact/linear-system.js';
import {
  absolute,
  add,
  multiply,
  one,
  parse,
  sign,
  zero,
  type Rational,
} from '../exact/rational.js';
import type * as proofs from '../membership/proofs.js';
import { independentRowsProve } from './check-independent.js';
import type { Facts } from './facts.js';
import {
  addMultiple,
  areConvex,
  isZero,
  product,
  signed,
  compareSizes,
  vector,
  type Vector,
} from './sparse-vector.js';

// The checker of exact proofs. It multiplies, adds and compares rational numbers: no search, no linear program. The
// one system it solves, for the multipliers of a combination whose members are given, it checks by inserting.

/** Whether the proof shows that g is in, or out of, this subdifferential; throws on what is no proof at all. */
export function proves(
  facts: Facts,
  set: proofs.SubdifferentialName,
  answer: proofs.Membership,
  proof: proofs.Proof,
): boolean {
  const claim = `${set} ${answer}`;
  const everywhere = facts.rows.outputByAbs.map(() => 0);
  switch (proof.kind) {
    case 'differentiable':
      return everywhere.length === 0 && isZero(facts.offset) === (answer === 'in');
    case 'outsideRowSpace': {
      const v = vector(proof.vector);
      const isAcross = facts.rows.switchingByInput.every((row) => product(row, v).n === 0n);
      return answer === 'out' && isAcross && product(facts.offset, v).n !== 0n;
    }
    case 'independentRows':
    case 'independentCombination':
    case 'independentSeparation':
      return independentRowsProve(facts, claim, proof);
    case 'cell':
      return (
        claim === 'bouligand in' && isCell(facts, proof.cell) && isZero(gap(facts, proof.cell))
      );
    case 'combination': {
      const { terms } = proof;
      const mean = new Map<number, Rational>();
      for (const term of terms) addMultiple(mean, parse(term.weight), gap(facts, term));
      const areCells = terms.every((term) => isCell(facts, term));
      return claim === 'clarke in' && areConvex(terms) && areCells && isZero(mean);
    }
    case 'multipliers':
    case 'everyCell':
      return claim === 'frechet in' && holdsNear(facts, everywhere, proof);
    case 'descent':
      return claim === 'frechet out' && isDescent(facts, everywhere, proof.direction);
    case 'face': {
      const { z } = along(facts, everywhere, vector(proof.direction));
      const isThere = proof.pattern.length === z.length;
      const isTaken = z.every((value, i) => sign(value) === proof.pattern[i]);
      return (
        claim === 'limiting in' && isThere && isTaken && holdsNear(facts, proof.pattern, proof.near)
      );
    }
    case 'separation': {
      const v = vector(proof.direction);
      return claim === 'clarke out' && onCells(facts, proof.tree, (g) => sign(product(g, v)) > 0);
    }
    case 'noCell':
      return claim === 'bouligand out' && onCells(facts, proof.tree, (g) => !isZero(g));
    case 'noFace':
      return claim === 'limiting out' && hasNoFace(facts, proof);
    default:
      return false;
  }
}

/** ⟨input, d⟩ + Σ abs_j|Δz_j| over the kinks without a sign. */
interface Term {
  readonly input: Map<number, Rational>;
  readonly abs: Map<number, Rational>;
}

/** Δz and Δf(d) − ⟨g, d⟩, with s_iΔz_i in the place of |Δz_i| where s_i ≠ 0; all signs given, g_σ − g is its input. */
function substituted(
  { rows, offset }: Facts,
  signs: readonly number[],
): { readonly z: readonly Term[]; readonly excess: Term } {
  if (signs.length !== rows.outputByAbs.length) throw new Error('a sign for each kink is needed');
  const z: Term[] = [];
  const combine = (input: Map<number, Rational>, couplings: Iterable<[number, Rational]>): Term => {
    const term: Term = { input, abs: new Map() };
    for (const [j, coupling] of couplings) {
      if (signs[j] === 0) addMultiple(term.abs, coupling, new Map([[j, one]]));
      else {
        const factor = signed(coupling, signs[j]!);
        addMultiple(term.input, factor, z[j]!.input);
        addMultiple(term.abs, factor, z[j]!.abs);
      }
    }
    return term;
  };
  rows.switchingByInput.forEach((row, i) => z.push(combine(new Map(row), rows.switchingByAbs[i]!)));
  return { z, excess: combine(negated(offset), rows.outputByAbs.entries()) };
}

function negated(v: Vector): Map<number, Rational> {
  return addMultiple(new Map(), signed(one, -1), v);
}

/** Values of Δz and of Δf(d) − ⟨g, d⟩ with these signs substituted. */
function along(
  facts: Facts,
  signs: readonly number[],
  d: Vector,
): { z: Rational[]; excess: Rational } {
  const { z: terms, excess } = substituted(facts, signs);
  const z: Rational[] = [];
  const value = ({ input, abs }: Term): Rational => {
    let total = product(input, d);
    for (const [j, x] of abs) {
      total = add(total, multiply(x, absolute(z[j]!)));
    }
    return total;
  };
  for (const term of terms) z.push(value(term));
  return { z, excess: value(excess) };
}

function isDescent(
  facts: Facts,
  signs: readonly number[],
  direction: proofs.SparseEntries,
): boolean {
  return sign(along(facts, signs, vector(direction)).excess) < 0;
}

/** g_σ − g. */
function gap(facts: Facts, { signature }: { readonly signature: readonly number[] }): Vector {
  return substituted(facts, signature).excess.input;
}

function isCell(facts: Facts, { signature, direction }: proofs.CellWitness): boolean {
  const d = vector(direction);
  return substituted(facts, signature).z.every(
    ({ input }, i) =>
      isZero(input) || (Math.abs(signature[i]!) === 1 && sign(product(input, d)) === signature[i]),
  );
}

/** The Fréchet inequality where the kinks have these signs, those with sign 0 being free. */
function holdsNear(facts: Facts, signs: readonly number[], proof: proofs.FrechetProof): boolean {
  const { z, excess } = substituted(facts, signs);
  if (proof.kind === 'multipliers') {
    const rest: Term = { input: new Map(excess.input), abs: new Map(excess.abs) };
    for (const [i, text] of proof.multipliers) {
      if (signs[i] !== 0) return false;
      addMultiple(rest.input, signed(parse(text), -1), z[i]!.input);
      addMultiple(rest.abs, signed(parse(text), -1), z[i]!.abs);
    }
    const mu = vector(proof.multipliers);
    const isCovered = z.every((_, i) => {
      const beta = rest.abs.get(i) ?? zero;
      return signs[i] !== 0 || compareSizes(mu.get(i) ?? zero, beta) <= 0;
    });
    return isZero(rest.input) && isCovered;
  }
  const areCombinations = (g: Vector, path: Path, support: readonly number[]): boolean =>
    support.every((j) => signs[j] === 0) && isNonnegativeCombination(g, path, support);
  return walk(facts, proof.tree, signs, areCombinations);
}

/** Signs, and the rows ∇z_i^σ that go with them. */
interface Path {
  readonly signs: readonly number[];
  readonly rows: readonly Vector[];
}

/** Whether the vector is Σ λ_jσ_j∇z_j^σ over the support with λ ≥ 0. */
function isNonnegativeCombination(
  goal: Vector,
  { signs, rows }: Path,
  support: readonly number[],
): boolean {
  const members = support.map((j) => rows[j]!);
  const columns = [...new Set([goal, ...members].flatMap((row) => [...row.keys()]))];
  const integers = (row: Vector): ReturnType<typeof primitive> =>
    primitive(columns.map((t) => row.get(t) ?? zero));
  const scaled = members.map(integers);
  const target = integers(goal);
  const solution = solveIntegers(
    scaled.map(({ vector: row }) => row),
    target.vector,
  );
  if (solution === undefined) return false;
  const isRight = target.vector.every(
    (x, t) =>
      scaled.reduce((sum, { vector: row }, j) => sum + solution.numerators[j]! * row[t]!, 0n) ===
      solution.denominator * x,
  );
  const areSigned = support.every((j, at) => solution.numerators[at]! * BigInt(signs[j]!) >= 0n);
  return isRight && solution.denominator > 0n && areSigned;
}

/** The start plus the rows before `to`, each with its coupling and sign. */
function combined(
  start: Vector,
  couplings: Iterable<readonly [number, Rational]>,
  to: number,
  { signs, rows }: Path,
): Vector {
  const sum = new Map(start);
  for (const [j, coupling] of couplings) {
    if (j < to && signs[j] !== 0) addMultiple(sum, signed(coupling, signs[j]!), rows[j]!);
  }
  return sum;
}

/**
 * Follows a search tree to its cells, those signs fixed that are not 0, and checks its refutations:
 * sign·row_i = Σ λ_jσ_j·row_j with λ ≥ 0, so the opposite sign is not attained. Without a tree all signs are taken.
 */
function walk(
  { rows: { switchingByInput, switchingByAbs, outputByAbs }, offset }: Facts,
  tree: readonly BranchStep[] | undefined,
  fixed: readonly number[],
  cell: (gap: Vector, path: Path, support: readonly number[]) => boolean,
): boolean {
  let next = 0;
  const signs: number[] = [];
  const rows: Vector[] = [];
  const combine = (start: Vector, couplings: Iterable<[number, Rational]>, to: number): Vector =>
    combined(start, couplings, to, { signs, rows });
  const enter = (i: number, sign: number): boolean => {
    signs[i] = sign;
    return visit(i + 1);
  };
  const visit = (i: number): boolean => {
    if (i === fixed.length) {
      const step = tree?.[next];
      if (step?.kind === 'cell') next++;
      const gap = combine(negated(offset), outputByAbs.entries(), i);
      return cell(gap, { signs, rows }, step?.kind === 'cell' ? step.support : []);
    }
    rows[i] = combine(switchingByInput[i]!, switchingByAbs[i]!, i);
    if (fixed[i] !== 0) return enter(i, fixed[i]!);
    if (tree === undefined) return enter(i, 1) && enter(i, -1);
    const step = tree[next++];
    if (isZero(rows[i])) return step?.kind === 'zero' && enter(i, 0);
    if (step?.kind === 'both') {
      return Math.abs(step.first) === 1 && enter(i, step.first) && enter(i, -step.first);
    }
    if (step?.kind !== 'single' || Math.abs(step.sign) !== 1) return false;
    const areEarlier = step.support.every((j) => j < i && fixed[j] === 0 && signs[j] !== 0);
    const goal = addMultiple(new Map(), signed(one, step.sign), rows[i]);
    const isRefuted = areEarlier && isNonnegativeCombination(goal, { signs, rows }, step.support);
    return isRefuted && enter(i, step.sign);
  };
  return visit(0) && (tree === undefined || next === tree.length);
}

/** Whether all g_σ − g pass the test: those of the cells, which are all there are if the linearization is enough. */
function onCells(
  facts: Facts,
  tree: readonly BranchStep[] | undefined,
  test: (gap: Vector) => boolean,
): boolean {
  if (tree !== undefined && !facts.isLinearizationEnough()) return false;
  const free = facts.rows.outputByAbs.map(() => 0);
  return walk(facts, tree, free, (gap) => test(gap));
}

/** At each kink the signs 0, 1, −1: refuted, or followed to a direction along which the inequality fails. */
function hasNoFace(facts: Facts, { scope, steps }: proofs.Proof & { kind: 'noFace' }): boolean {
  if (scope !== 'all' && !(scope === 'attained' && facts.isLinearizationEnough())) return false;
  const { switchingByInput, switchingByAbs } = facts.rows;
  const kinks = switchingByInput.length;
  const signs: number[] = [];
  const rows: Vector[] = [];
  let next = 0;
  const enter = (i: number, side: number): boolean => {
    signs[i] = side;
    return visit(i + 1);
  };
  const visit = (i: number): boolean => {
    if (i === kinks) {
      const step = steps[next++];
      return step?.kind === 'descent' && isDescent(facts, signs, step.direction);
    }
    // where the signs before are 0 there is |Δz_j| = 0, so that rows are what their inputs say
    rows[i] = combined(switchingByInput[i]!, switchingByAbs[i]!, i, { signs, rows });
    if (scope === 'attained' && isZero(rows[i])) return enter(i, 0);
    return [0, 1, -1].every((side) => {
      const step = steps[next++];
      if (step?.kind === 'open') return enter(i, side);
      if (scope !== 'attained' || step?.kind !== 'refuted') return false;
      return isRefutation(rows, [...signs.slice(0, i), side], step.multipliers);
    });
  };
  return visit(0) && next === steps.length;
}

/** Σ m_js_j·row_j = 0 with m_j ≥ 0 where s_j ≠ 0, one of them positive: no direction takes these signs. */
function isRefutation(
  rows: readonly Vector[],
  signs: readonly number[],
  multipliers: proofs.SparseEntries,
): boolean {
  const sum = new Map<number, Rational>();
  let isStrict = false;
  for (const [j, text] of multipliers) {
    const m = parse(text);
    if (!(j < signs.length) || (signs[j] !== 0 && sign(m) < 0)) return false;
    isStrict ||= signs[j] !== 0 && sign(m) > 0;
    addMultiple(sum, signs[j] === 0 ? m : signed(m, signs[j]!), rows[j]!);
  }
  return isStrict && isZero(sum);
}
