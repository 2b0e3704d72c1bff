/** What `--progress json` tells, one object per line. Numbers that JSON does not have are the texts NaN, Infinity. */
export type LabEvent =
  /** The run begins: how many members there are, and how many of them had ended before. */
  | {
      readonly event: 'begin';
      readonly headline: string;
      readonly total: number;
      readonly earlier: number;
    }
  /** At most once a second: how many members have ended, and how far those are that run. */
  | {
      readonly event: 'progress';
      readonly ended: number;
      readonly total: number;
      readonly running: readonly {
        readonly index: number;
        readonly done: number;
        readonly of: number;
      }[];
      /** Of all that run. */
      readonly perSecond: number;
      /** Infinity as long as nothing can be said. */
      readonly secondsLeft: number;
    }
  /** A member has ended. */
  | {
      readonly event: 'member';
      readonly index: number;
      readonly start: number;
      readonly variation: Readonly<Record<string, unknown>>;
      readonly status: string;
      readonly reason: string;
      readonly verdict: string;
      readonly loss: number;
      readonly norm: number;
    }
  /** A member has no result. */
  | { readonly event: 'failed'; readonly index: number; readonly reason: string }
  /** Of a study of answers at kinks: what became of the answers of a library. */
  | {
      readonly event: 'library';
      readonly library: string;
      readonly right: number;
      readonly wrong: number;
      readonly undecided: number;
      readonly none: number;
    }
  | { readonly event: 'written'; readonly files: readonly string[] }
  /** The last one: how many members are left, and whether they wait for the option that goes on. */
  | {
      readonly event: 'end';
      readonly status: 'done' | 'interrupted' | 'failed';
      readonly left: number;
      readonly failed: number;
    };

/** Prints an event as a line. */
export function tell(event: LabEvent): void {
  console.log(
    JSON.stringify(event, (_key, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ),
  );
}
