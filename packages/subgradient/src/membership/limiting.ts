import { meter, requireBudget, type Meter } from '../cells/budget.js';
import type { BranchStep } from '../cells/search.js';
import { sign } from '../exact/rational.js';
import { closedForms, descentDirection } from './closed-forms.js';
import { searchFaces, type FaceScope } from './faces.js';
import { fixSigns, frame, innerProduct, negated, type Frame } from './frame.js';
import { frechetMembership } from './frechet.js';
import type { Decision, FaceStep, FrechetProof, Proof, SparseEntries } from './proofs.js';
import type { Question } from './question.js';
import { budgetReason, dependenceReason, manyFacesReason, outerReason } from './reasons.js';
import { entriesOf, integersOn, onColumns } from './sparse-entries.js';

/** Of the sign tests in the budget, the part that the search for faces may be expected to take. */
const facesShare = 1 / 8;

/**
 * Limiting membership by what the other sets imply, else face by face. The number of cells, where it is known, tells
 * how many faces there are to be expected: in general position 2^(rank − 1) for each cell.
 */
export function decideLimiting(
  question: Question,
  kinkFrame: Frame,
  frechet: Decision,
  bouligand: Decision,
  clarke: Decision,
  cells: number,
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
  const kinks = kinkFrame.form.switchingByInput.length;
  const expectedTests = cells * 2 ** (kinkFrame.rank - 1) * kinks;
  const isTooLong = expectedTests > facesShare * budget.tests;
  const isOneSided = isTooLong || (3 ** kinks > budget.cells && !question.independence().holds);
  const limits = meter(isOneSided ? { ...budget, cells: budget.cells / 500 } : budget);
  const attained = faceByFace(question, kinkFrame, limits, 'attained');
  if (attained.found !== undefined) return { answer: 'in', proof: attained.found };
  if (isTooLong) return { answer: 'undecided', reason: manyFacesReason(kinks, cells) };
  if (isOneSided) return { answer: 'undecided', reason: outerReason };
  if (limits.exhausted !== undefined) {
    return { answer: 'undecided', reason: budgetReason(limits.exhausted) };
  }
  if (question.independence().holds) {
    return { answer: 'out', proof: { kind: 'noFace', scope: 'attained', steps: attained.steps } };
  }
  const every = faceByFace(question, kinkFrame, limits, 'all');
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
  kinkFrame: Frame,
  limits: Meter,
  scope: FaceScope,
): { readonly found: Proof | undefined; readonly steps: readonly FaceStep[] } {
  const steps: FaceStep[] = [];
  let found: Proof | undefined;
  searchFaces(
    kinkFrame.form,
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
          direction: integersOn(kinkFrame.columns, direction),
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
  const kinkFrame = frame(fixed.rows, fixed.offset);
  if ('vector' in kinkFrame) {
    // the kinks without a sign do not move along v
    const isDescent = sign(innerProduct(fixed.offset, kinkFrame.vector)) > 0;
    return { descent: entriesOf(isDescent ? kinkFrame.vector : negated(kinkFrame.vector)) };
  }
  if (kinkFrame.rank === fixed.free.length) {
    const closed = closedForms(kinkFrame.form, kinkFrame.offset);
    if (!closed.frechet) {
      return { descent: integersOn(kinkFrame.columns, descentDirection(kinkFrame.form, closed)) };
    }
    const multipliers = entriesOf(new Map(fixed.free.map((i, j) => [i, closed.mu[j]!])));
    return { proof: { kind: 'multipliers', multipliers } };
  }
  const found = frechetMembership(kinkFrame.form, kinkFrame.offset, limits);
  switch (found.answer) {
    case 'in':
      return { proof: { kind: 'everyCell', tree: onKinks(found.tree, fixed.free) } };
    case 'out':
      return { descent: onColumns(kinkFrame, found.direction) };
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
