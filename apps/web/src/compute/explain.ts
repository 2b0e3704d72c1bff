import {
  type CertifiedGradient,
  type Decisions,
  type Proof,
  type SubdifferentialName,
} from '@nonsmooth/subgradient';

/** Why a vector is in a set or not, in words. */
export interface Explanation {
  readonly set: SubdifferentialName;
  readonly answer: 'in' | 'out' | 'undecided';
  readonly words: string;
}

/** The sets in the order in which they are shown. */
export const sets: readonly SubdifferentialName[] = ['frechet', 'limiting', 'bouligand', 'clarke'];

/** What sets are called. */
export const setNames: { readonly [Name in SubdifferentialName]: string } = {
  frechet: 'Fréchet',
  limiting: 'limiting',
  bouligand: 'Bouligand',
  clarke: 'Clarke',
};

/** The certificate in words, with its witnesses. */
export function explained({ certificate }: Pick<CertifiedGradient, 'certificate'>): Explanation[] {
  const decisions: Decisions = certificate.decisions;
  return sets.map((set) => {
    const { answer, proof, reason } = decisions[set];
    const words = proof ? wordsOf(proof, answer === 'in') : (reason?.text ?? 'no proof was found');
    return { set, answer, words };
  });
}

type Entries = readonly (readonly [number, string])[];

/** A sparse vector of exact numbers, at most six entries of it. */
function vector(entries: Entries): string {
  const shown = entries.slice(0, 6).map(([i, value]) => `d${subscript(i)} = ${minus(value)}`);
  const more = entries.length > 6 ? ` and ${entries.length - 6} more` : '';
  return entries.length === 0 ? '0' : shown.join(', ') + more;
}

function minus(value: string): string {
  return value.replace('-', '−');
}

function list(values: readonly string[]): string {
  const shown = values.slice(0, 6).map(minus).join(', ');
  return values.length > 6 ? `(${shown}, …)` : `(${shown})`;
}

function dense(values: readonly string[]): string {
  return vector(values.flatMap((value, i) => (value === '0' ? [] : [[i, value] as const])));
}

function subscript(i: number): string {
  return Array.from(String(i + 1), (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]).join('');
}

/** One sentence per kind of proof: a new kind without one does not compile. */
function wordsOf(proof: Proof, isIn: boolean): string {
  switch (proof.kind) {
    case 'differentiable':
      return 'No active kink matters: the function is differentiable here, and every set has its gradient only.';
    case 'cell':
      return `It is the gradient on a whole cell that touches the point, the one towards ${vector(proof.cell.direction)}.`;
    case 'combination':
      return `It is a mean of gradients of ${proof.terms.length} ${proof.terms.length === 1 ? 'cell' : 'cells'} with the weights ${list(proof.terms.map(({ weight }) => weight))}.`;
    case 'independentRows':
      return `The active kinks are independent, so that every side of each is met; their multipliers ${list(proof.multipliers)} ${isIn ? 'are within' : 'leave'} the bounds of this set.`;
    case 'independentCombination':
      return 'The active kinks are independent, and it is a mean of gradients of the sides of each.';
    case 'independentSeparation':
      return `The active kinks are independent, and the direction ${dense(proof.direction)} separates it from all gradients nearby.`;
    case 'layers':
      return `A ReLU network with biases: layer by layer the gradients of its active kinks (${proof.classes.length}) are independent, and signs of their weights decide.`;
    case 'biasShift':
      return 'A ReLU network with biases and one choice per neuron: shifted biases approach the point where nothing has a kink, and the gradients there tend to it.';
    case 'margins':
      return 'The active kinks are independent, and the signs that decide have margins beyond all rounding.';
    case 'multipliers':
      return `f rises at least as it says in every direction: multipliers ${vector(proof.multipliers)} prove it.`;
    case 'everyCell':
      return 'f rises at least as it says in every direction: checked on every cell around the point.';
    case 'face':
      return `Near the point, towards ${vector(proof.direction)}, f rises at least as it says in every direction.`;
    case 'impliedBy':
      return `It follows from the ${setNames[proof.set]} subdifferential.`;
    case 'outsideRowSpace':
      return `Along ${vector(proof.vector)} no kink acts, and f changes otherwise than it says.`;
    case 'descent':
      return `In the direction ${vector(proof.direction)} f rises less than it says.`;
    case 'separation':
      return `The direction ${vector(proof.direction)} separates it from the gradients of all cells around the point.`;
    case 'noCell':
      return 'On no cell around the point is it the gradient.';
    case 'noFace':
      return 'Near no pattern of the kinks does f rise at least as it says.';
  }
}
