/** A ratio measured in one run, and the value it is meant to reach, or with `atMost` not to exceed. */
export interface Mark {
  readonly quantity: string;
  readonly ratio: number;
  readonly mark: number;
  readonly atMost?: true;
}

/** Whether the ratio keeps its bound; NaN never does. */
export function isMet({ ratio, mark, atMost }: Mark): boolean {
  return atMost ? ratio <= mark : ratio >= mark;
}

/** The bound in words: '≥ 20', '≤ 1.5'. */
export function boundOf({ mark, atMost }: Mark, format: (value: number) => string): string {
  return `${atMost ? '≤' : '≥'} ${format(mark)}`;
}
