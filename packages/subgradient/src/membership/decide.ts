import type { ActiveRows } from '../abs-normal/local-form.js';
import { rationalRow } from '../cells/abs-linear.js';
import { meter, requireBudget, type Budget, type Meter } from '../cells/budget.js';
import type { BranchStep } from '../cells/search.js';
import { primitive } from '../exact/integer-vector.js';
import { strictDirection } from '../exact/nonnegative-solution.js';
import { print, sign, type Rational } from '../exact/rational.js';
import {
  allSignatures,
  cellOf,
  cellsAround,
  distinctPoints,
  isOrigin,
  type CollectedCells,
} from './cells-around.js';
import { closedForms, descentDirection } from './closed-forms.js';
import { searchFaces, type FaceScope } from './faces.js';
import { fixSigns, frame, innerProduct, negated, type Frame, type SparseVector } from './frame.js';
import { frechetMembership } from './frechet.js';
import { originInHull } from './hull.js';
import { independentHull } from './independent-hull.js';
import type { Independence } from './independence.js';
import type {
  CellWitness,
  Decision,
  Decisions,
  FaceStep,
  FrechetProof,
  Membership,
  Proof,
  SparseEntries,
} from './proofs.js';
import { budgetReason, dependenceReason, outerReason } from './reasons.js';
import { directionOf, entriesOf, integersOn, onColumns } from './sparse-entries.js';

/** Everything that the four memberships depend on, without rounding. */
export interface Question {
  readonly rows: ActiveRows<Rational>;
  /** g − a. */
  readonly offset: SparseVector;
  /** σ ∈ [−1, 1] with g = g_σ, if g is the answer of a backward sweep. */
  readonly choice: readonly number[] | undefined;
  readonly independence: () => Independence;
  readonly budget: Partial<Budget>;
}

const all = (answer: Membership, proof: Proof): Decisions => ({
  frechet: { answer, proof },
  limiting: { answer, proof },
  bouligand: { answer, proof },
  clarke: { answer, proof },
});

/** Cheapest proof first: no kink, the row space, independent rows, and only then cells and faces. */
export function decide(question: Question): Decisions {
  const { rows, offset } = question;
  const kinks = rows.outputByAbs.length;
  if (kinks === 0) return all(offset.size === 0 ? 'in' : 'out', { kind: 'differentiable' });
  const at = frame(rows, offset);
  if ('vector' in at) {
    return all('out', { kind: 'outsideRowSpace', vector: entriesOf(at.vector) });
  }
  if (at.rank === kinks) return decideIndependent(at, question.budget);
  return decideByCells(question, at);
}

function decideIndependent(at: Frame, budget: Partial<Budget>): Decisions {
  const closed = closedForms(at.form, at.offset);
  const multipliers = closed.mu.map(print);
  const proof: Proof = { kind: 'independentRows', multipliers };
  const decision = (holds: boolean): Decision => ({ answer: holds ? 'in' : 'out', proof });
  const clarke = (): Decision => {
    if (closed.clarke !== undefined) return decision(closed.clarke);
    const limits = meter(budget);
    const hull = independentHull(at.form, closed.mu, limits);
    switch (hull.answer) {
      case 'in':
        return {
          answer: 'in',
          proof: { kind: 'independentCombination', multipliers, parts: hull.parts },
        };
      case 'out': {
        const { kinks, direction } = hull;
        return {
          answer: 'out',
          proof: {
            kind: 'independentSeparation',
            multipliers,
            kinks,
            direction: direction.map(String),
          },
        };
      }
      default:
        return { answer: 'undecided', reason: budgetReason(hull.exhausted!) };
    }
  };
  return {
    frechet: decision(closed.frechet),
    limiting: decision(closed.limiting),
    bouligand: decision(closed.bouligand),
    clarke: clarke(),
  };
}

function decideByCells(question: Question, at: Frame): Decisions {
  let collected: CollectedCells | undefined;
  const cells = (): CollectedCells => (collected ??= cellsAround(at, question.budget));
  const frechet = decideFrechet(at, question.budget);
  const bouligand = decideBouligand(question, cells, at);
  const clarke = decideClarke(question, cells, at, frechet, bouligand);
  const limiting = decideLimiting(question, at, frechet, bouligand, clarke);
  return { frechet, limiting, bouligand, clarke };
}

function decideFrechet(at: Frame, budget: Partial<Budget>): Decision {
  const found = frechetMembership(at.form, at.offset, meter(budget));
  if (found.answer === 'in')
    return { answer: 'in', proof: { kind: 'everyCell', tree: found.tree } };
  if (found.answer === 'out') {
    const direction = onColumns(at, found.direction);
    return { answer: 'out', proof: { kind: 'descent', direction } };
  }
  return { answer: 'undecided', reason: budgetReason(found.exhausted) };
}

function decideBouligand(question: Question, collected: () => CollectedCells, at: Frame): Decision {
  const direct = cellOfChoice(question, at);
  if (direct !== undefined) return { answer: 'in', proof: { kind: 'cell', cell: direct } };
  const cells = collected();
  const match = cells.list.find(({ point }) => isOrigin(point));
  if (match !== undefined)
    return { answer: 'in', proof: { kind: 'cell', cell: cellOf(at, match) } };
  if (cells.exhausted !== undefined) {
    return { answer: 'undecided', reason: budgetReason(cells.exhausted) };
  }
  if (question.independence().holds) {
    return { answer: 'out', proof: { kind: 'noCell', tree: cells.tree } };
  }
  const outer = allSignatures(at, question.budget);
  if (outer === undefined) return { answer: 'undecided', reason: outerReason };
  return outer.some(({ point }) => isOrigin(point))
    ? { answer: 'undecided', reason: dependenceReason(question.independence()) }
    : { answer: 'out', proof: { kind: 'noCell', tree: undefined } };
}

/** Whether the signature that a backward sweep chose is attained: one exact linear program. */
function cellOfChoice({ choice }: Question, { form, columns }: Frame): CellWitness | undefined {
  if (choice === undefined || choice.some((sigma) => Math.abs(sigma) !== 1)) return undefined;
  const rows: (readonly Rational[])[] = [];
  form.switchingByInput.forEach((_, i) => rows.push(rationalRow(form, i, choice, rows)));
  const signed = rows.flatMap((row, i) => {
    const { vector } = primitive(row);
    if (vector.every((x) => x === 0n)) return [];
    return [choice[i]! > 0 ? vector : vector.map((x) => -x)];
  });
  const answer = strictDirection(signed, form.dimension);
  if (!('direction' in answer)) return undefined;
  return { signature: choice, direction: integersOn(columns, answer.direction) };
}

function decideClarke(
  question: Question,
  cells: () => CollectedCells,
  at: Frame,
  frechet: Decision,
  bouligand: Decision,
): Decision {
  if (bouligand.answer === 'in')
    return { answer: 'in', proof: { kind: 'impliedBy', set: 'bouligand' } };
  if (frechet.answer === 'in')
    return { answer: 'in', proof: { kind: 'impliedBy', set: 'frechet' } };
  return decideHull(question, cells, at);
}

function decideHull(question: Question, collected: () => CollectedCells, at: Frame): Decision {
  const cells = collected();
  const distinct = distinctPoints(cells.list);
  const limits = meter(question.budget);
  const hull =
    distinct.length === 0
      ? ({ answer: 'undecided' } as const)
      : originInHull(
          distinct.map(({ point }) => point),
          limits,
        );
  if (hull.answer === 'in') {
    const terms = hull.support.map((i, j) => ({
      ...cellOf(at, distinct[i]!),
      weight: print(hull.weights[j]!),
    }));
    return { answer: 'in', proof: { kind: 'combination', terms } };
  }
  const exhausted = cells.exhausted ?? limits.exhausted;
  if (exhausted !== undefined) return { answer: 'undecided', reason: budgetReason(exhausted) };
  if (hull.answer === 'undecided') return { answer: 'undecided', reason: 'no exact separation' };
  if (question.independence().holds) {
    const direction = directionOf(at, hull.separator);
    return {
      answer: 'out',
      proof: { kind: 'separation', direction, tree: cells.tree },
    };
  }
  const outer = allSignatures(at, question.budget);
  if (outer === undefined) return { answer: 'undecided', reason: outerReason };
  const outerHull = originInHull(
    distinctPoints(outer).map(({ point }) => point),
    limits,
  );
  if (outerHull.answer === 'out') {
    const direction = directionOf(at, outerHull.separator);
    return {
      answer: 'out',
      proof: { kind: 'separation', direction, tree: undefined },
    };
  }
  return { answer: 'undecided', reason: dependenceReason(question.independence()) };
}

function decideLimiting(
  question: Question,
  at: Frame,
  frechet: Decision,
  bouligand: Decision,
  clarke: Decision,
): Decision {
  for (const [set, { answer }] of Object.entries({ bouligand, frechet })) {
    if (answer === 'in') {
      return { answer: 'in', proof: { kind: 'impliedBy', set: set as 'bouligand' | 'frechet' } };
    }
  }
  if (clarke.answer === 'out')
    return { answer: 'out', proof: { kind: 'impliedBy', set: 'clarke' } };
  const budget = requireBudget(question.budget);
  // without independence "out" takes all patterns of signs: if these are too many, only "in" can be found
  const isOneSided =
    3 ** at.form.switchingByInput.length > budget.cells && !question.independence().holds;
  const limits = meter(isOneSided ? { ...budget, cells: budget.cells / 500 } : budget);
  const attained = faceByFace(question, at, limits, 'attained');
  if (attained.found !== undefined) return { answer: 'in', proof: attained.found };
  if (isOneSided) return { answer: 'undecided', reason: outerReason };
  if (limits.exhausted !== undefined) {
    return { answer: 'undecided', reason: budgetReason(limits.exhausted) };
  }
  if (question.independence().holds) {
    return { answer: 'out', proof: { kind: 'noFace', scope: 'attained', steps: attained.steps } };
  }
  const every = faceByFace(question, at, limits, 'all');
  if (limits.exhausted !== undefined) {
    return { answer: 'undecided', reason: budgetReason(limits.exhausted) };
  }
  return every.found === undefined
    ? { answer: 'out', proof: { kind: 'noFace', scope: 'all', steps: every.steps } }
    : { answer: 'undecided', reason: dependenceReason(question.independence()) };
}

/** The first pattern near which the Fréchet inequality holds, among the attained ones or all; or why there is none. */
function faceByFace(
  question: Question,
  at: Frame,
  limits: Meter,
  scope: FaceScope,
): { readonly found: Proof | undefined; readonly steps: readonly FaceStep[] } {
  const steps: FaceStep[] = [];
  let found: Proof | undefined;
  searchFaces(
    at.form,
    {
      step: (step) => void steps.push(step),
      face({ pattern, direction }) {
        const near = frechetNear(question, pattern, limits);
        if (near === 'undecided') return true;
        if ('descent' in near) {
          steps.push({ kind: 'descent', direction: near.descent });
          return false;
        }
        found = {
          kind: 'face',
          pattern: [...pattern],
          direction: integersOn(at.columns, direction),
          near: near.proof,
        };
        return true;
      },
    },
    limits,
    scope,
  );
  return { found, steps };
}

/** Fréchet membership for Δf with |Δz_i| replaced by s_iΔz_i where s_i ≠ 0. */
function frechetNear(
  { rows, offset }: Pick<Question, 'rows' | 'offset'>,
  pattern: readonly number[],
  limits: Meter,
): { readonly proof: FrechetProof } | { readonly descent: SparseEntries } | 'undecided' {
  const fixed = fixSigns(rows, offset, pattern);
  const at = frame(fixed.rows, fixed.offset);
  if ('vector' in at) {
    // the kinks without a sign do not move along v
    const isDescent = sign(innerProduct(fixed.offset, at.vector)) > 0;
    return { descent: entriesOf(isDescent ? at.vector : negated(at.vector)) };
  }
  if (at.rank === fixed.free.length) {
    const closed = closedForms(at.form, at.offset);
    if (!closed.frechet) {
      return { descent: integersOn(at.columns, descentDirection(at.form, closed)) };
    }
    const multipliers = entriesOf(new Map(fixed.free.map((i, j) => [i, closed.mu[j]!])));
    return { proof: { kind: 'multipliers', multipliers } };
  }
  const found = frechetMembership(at.form, at.offset, limits);
  switch (found.answer) {
    case 'in':
      return { proof: { kind: 'everyCell', tree: onKinks(found.tree, fixed.free) } };
    case 'out':
      return { descent: onColumns(at, found.direction) };
    default:
      return 'undecided';
  }
}

/** The steps with the numbers that the kinks have among all. */
function onKinks(tree: readonly BranchStep[], kinks: readonly number[]): BranchStep[] {
  return tree.map((step) =>
    'support' in step ? { ...step, support: step.support.map((j) => kinks[j]!) } : step,
  );
}
