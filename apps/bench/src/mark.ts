/** A ratio of rates measured in one run, and the value it is meant to reach. */
export interface Mark {
  readonly quantity: string;
  readonly ratio: number;
  readonly mark: number;
}

export function isMet({ ratio, mark }: Mark): boolean {
  return ratio >= mark;
}
