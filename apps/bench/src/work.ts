/** Work that has been prepared in a worker. */
export interface Work<Answer> {
  /** Units that one call of `run` does. */
  readonly units: number;
  run(): void;
  /** Plain data to judge the work by, after the last `run`. */
  answer(): Answer;
  /** The numbers that must be the same bit for bit on any number of threads, after the last `run`. */
  fingerprint(): readonly NodeJS.TypedArray[];
  dispose?(): void;
}
