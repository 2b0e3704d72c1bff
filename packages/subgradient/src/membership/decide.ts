import { rationalRow } from '../cells/abs-linear.js';
import { meter, type Budget } from '../cells/budget.js';
import { primitive } from '../exact/integer-vector.js';
import { strictDirection } from '../exact/nonnegative-solution.js';
import { print, type Rational } from '../exact/rational.js';
import {
  allSignatures,
  cellOf,
  cellsAround,
  distinctPoints,
  isOrigin,
  type CollectedCell,
  type CollectedCells,
} from './cells-around.js';
import { closedForms } from './closed-forms.js';
import { frame, type Frame } from './frame.js';
import { frechetMembership } from './frechet.js';
import { originInHull } from './hull.js';
import { independentHull } from './independent-hull.js';
import { decideLimiting } from './limiting.js';
import type { CellWitness, Decision, Decisions, Membership, Proof } from './proofs.js';
import type { Question } from './question.js';
import { budgetReason, dependenceReason, outerReason } from './reasons.js';
import { directionOf, entriesOf, integersOn, onColumns } from './sparse-entries.js';

/** One answer for the four sets. */
export const all = (answer: Membership, proof: Proof): Decisions => ({
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
  const kinkFrame = frame(rows, offset);
  if ('vector' in kinkFrame) {
    return all('out', { kind: 'outsideRowSpace', vector: entriesOf(kinkFrame.vector) });
  }
  if (kinkFrame.rank === kinks) return decideIndependent(kinkFrame, question.budget);
  return decideByCells(question, kinkFrame);
}

function decideIndependent({ form, offset }: Frame, budget: Partial<Budget>): Decisions {
  const closed = closedForms(form, offset);
  const multipliers = closed.mu.map(print);
  const proof: Proof = { kind: 'independentRows', multipliers };
  const decision = (holds: boolean): Decision => ({ answer: holds ? 'in' : 'out', proof });
  const clarke = (): Decision => {
    if (closed.clarke !== undefined) return decision(closed.clarke);
    const limits = meter(budget);
    const hull = independentHull(form, closed.mu, limits);
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

function decideByCells(question: Question, kinkFrame: Frame): Decisions {
  let collected: CollectedCells | undefined;
  const cells = (): CollectedCells => (collected ??= cellsAround(kinkFrame, question.budget));
  const { decision: frechet, cells: seen } = decideFrechet(kinkFrame, question.budget);
  collected = seen;
  const bouligand = decideBouligand(question, cells, kinkFrame);
  const clarke = decideClarke(question, cells, kinkFrame, frechet, bouligand);
  const limiting = decideLimiting(
    question,
    kinkFrame,
    frechet,
    bouligand,
    clarke,
    collected?.list.length ?? 0,
  );
  return { frechet, limiting, bouligand, clarke };
}

/** Fréchet membership, and the cells where all had to be seen for it. */
function decideFrechet(
  kinkFrame: Frame,
  budget: Partial<Budget>,
): { readonly decision: Decision; readonly cells?: CollectedCells } {
  const list: CollectedCell[] = [];
  const found = frechetMembership(
    kinkFrame.form,
    kinkFrame.offset,
    meter(budget),
    (signs, witness, point) => void list.push({ signs: Array.from(signs), witness, point }),
  );
  if (found.answer === 'in') {
    const tree = found.tree.filter(({ kind }) => kind !== 'cell');
    return {
      decision: { answer: 'in', proof: { kind: 'everyCell', tree: found.tree } },
      cells: { list, tree, exhausted: undefined },
    };
  }
  if (found.answer === 'out') {
    const direction = onColumns(kinkFrame, found.direction);
    return { decision: { answer: 'out', proof: { kind: 'descent', direction } } };
  }
  return { decision: { answer: 'undecided', reason: budgetReason(found.exhausted) } };
}

function decideBouligand(
  question: Question,
  collected: () => CollectedCells,
  kinkFrame: Frame,
): Decision {
  const direct = cellOfChoice(question, kinkFrame);
  if (direct !== undefined) return { answer: 'in', proof: { kind: 'cell', cell: direct } };
  const cells = collected();
  const match = cells.list.find(({ point }) => isOrigin(point));
  if (match !== undefined)
    return { answer: 'in', proof: { kind: 'cell', cell: cellOf(kinkFrame, match) } };
  if (cells.exhausted !== undefined) {
    return { answer: 'undecided', reason: budgetReason(cells.exhausted) };
  }
  if (question.independence().holds) {
    return { answer: 'out', proof: { kind: 'noCell', tree: cells.tree } };
  }
  const outer = allSignatures(kinkFrame, question.budget);
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
  kinkFrame: Frame,
  frechet: Decision,
  bouligand: Decision,
): Decision {
  if (bouligand.answer === 'in')
    return { answer: 'in', proof: { kind: 'impliedBy', set: 'bouligand' } };
  if (frechet.answer === 'in')
    return { answer: 'in', proof: { kind: 'impliedBy', set: 'frechet' } };
  return decideHull(question, cells, kinkFrame);
}

function decideHull(
  question: Question,
  collected: () => CollectedCells,
  kinkFrame: Frame,
): Decision {
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
      ...cellOf(kinkFrame, distinct[i]!),
      weight: print(hull.weights[j]!),
    }));
    return { answer: 'in', proof: { kind: 'combination', terms } };
  }
  const exhausted = cells.exhausted ?? limits.exhausted;
  if (exhausted !== undefined) return { answer: 'undecided', reason: budgetReason(exhausted) };
  if (hull.answer === 'undecided')
    return { answer: 'undecided', reason: { code: 'noSeparation', text: 'no exact separation' } };
  if (question.independence().holds) {
    const direction = directionOf(kinkFrame, hull.separator);
    return {
      answer: 'out',
      proof: { kind: 'separation', direction, tree: cells.tree },
    };
  }
  const outer = allSignatures(kinkFrame, question.budget);
  if (outer === undefined) return { answer: 'undecided', reason: outerReason };
  const outerHull = originInHull(
    distinctPoints(outer).map(({ point }) => point),
    limits,
  );
  if (outerHull.answer === 'out') {
    const direction = directionOf(kinkFrame, outerHull.separator);
    return {
      answer: 'out',
      proof: { kind: 'separation', direction, tree: undefined },
    };
  }
  return { answer: 'undecided', reason: dependenceReason(question.independence()) };
}
