/** Curves on two logarithmic axes, as plain data for the report. */
export interface Figure {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

/** One curve of a figure. */
export interface Series {
  readonly name: string;
  /** Positive coordinates. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}
