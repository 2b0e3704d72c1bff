import { sets, type Answer } from './answers.js';

/** How many answers of a library are of a kind. */
export interface Summary {
  readonly library: string;
  readonly questions: number;
  /** In Clarke's subdifferential, outside of it, undecided, and no answer. */
  readonly right: number;
  readonly wrong: number;
  readonly undecided: number;
  readonly none: number;
  /** In the smaller sets. */
  readonly limiting: number;
  readonly bouligand: number;
  readonly frechet: number;
}

/** One line per library, in the order in which they were asked. */
export function summaryOf(answers: readonly Answer[]): Summary[] {
  const names = [...new Set(answers.map(({ library }) => library))];
  return names.map((library) => {
    const own = answers.filter((answer) => answer.library === library);
    const count = (set: (typeof sets)[number], membership: string): number =>
      own.filter(({ memberships }) => memberships[set] === membership).length;
    return {
      library,
      questions: own.length,
      right: count('clarke', 'in'),
      wrong: count('clarke', 'out'),
      undecided: count('clarke', 'undecided'),
      none: count('clarke', ''),
      limiting: count('limiting', 'in'),
      bouligand: count('bouligand', 'in'),
      frechet: count('frechet', 'in'),
    };
  });
}
