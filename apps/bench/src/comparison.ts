import type { Mark } from './mark.js';
import { median } from './statistics.js';

/** A case, as far as comparisons know it; names are unique in a scenario. */
interface Measured {
  readonly name: string;
}

/** Cases that run on one thread and on so many, in turns. */
export interface Scaled {
  readonly cases: readonly Measured[];
  readonly threads: number;
}

/** A ratio of speeds and the bound that it is meant to keep. */
export interface Comparison {
  readonly quantity: string;
  /** Timed cases that it looks at: their windows are interleaved on one thread. */
  readonly cases: readonly Measured[];
  /** Timed cases that it looks at on one thread and on several, in rounds. */
  readonly scaled?: Scaled;
  /** The ratio; undefined where something was not measured. */
  ratio(rates: Rates): number | undefined;
  readonly mark: number;
  readonly atMost?: true;
}

/** What was measured, for comparisons; undefined where a case was not. */
export interface Rates {
  /** Median over interleaved windows of the units per second of `one`, relative to those of `other`. */
  relative(one: Measured, other: Measured): number | undefined;
  /** Median over windows of the seconds per call of the work. */
  secondsPerCall(one: Measured): number | undefined;
  /** Units per second, median over windows on one thread. */
  rate(one: Measured): number | undefined;
  /** Units per second on so many threads, in the measurement of throughput. */
  throughput(one: Measured, threads: number): number | undefined;
  /** By round: the throughput on so many threads ÷ that on one. */
  scaling(one: Measured, threads: number): readonly number[] | undefined;
}

/** Seconds per call in successive windows; window k of every case of one group was measured in round k. */
export interface Windows {
  readonly unitsPerCall: number;
  readonly secondsPerCall: readonly number[];
}

/** `one` does at least `mark` times as many units per second as `other`. */
export function fasterThan(
  one: Measured,
  other: Measured,
  mark: number,
  quantity?: string,
): Comparison {
  return {
    quantity: quantity ?? `${one.name} ÷ ${other.name.replace(`${one.name}, `, '')}`,
    cases: [one, other],
    ratio: (rates) => rates.relative(one, other),
    mark,
  };
}

/** A unit of `one` takes at most `mark` times as long as one of `other`. */
export function costAtMost(
  one: Measured,
  other: Measured,
  mark: number,
  quantity?: string,
): Comparison {
  return {
    quantity: quantity ?? `a unit of ${one.name} ÷ ${other.name}`,
    cases: [one, other],
    ratio: (rates) => rates.relative(other, one),
    mark,
    atMost: true,
  };
}

/** The case's throughput on so many threads, relative to one. */
export function speedup(one: Measured, threads: number, mark: number): Comparison {
  return {
    quantity: `${one.name} on ${threads} threads ÷ 1 thread`,
    cases: [],
    ratio(rates) {
      const many = rates.throughput(one, threads);
      const single = rates.throughput(one, 1);
      return many === undefined || single === undefined ? undefined : many / single;
    },
    mark,
  };
}

/** The case's throughput on so many threads, relative to one: the median over rounds. */
export function medianSpeedup(one: Measured, threads: number, mark: number): Comparison {
  return {
    quantity: `${one.name} on ${threads} threads ÷ 1 thread`,
    cases: [],
    scaled: { cases: [one], threads },
    ratio(rates) {
      const ratios = rates.scaling(one, threads);
      return ratios && median(ratios);
    },
    mark,
  };
}

/** The same ÷ that of another case in the same round: what the machine does to both falls out. */
export function relativeSpeedup(
  one: Measured,
  other: Measured,
  threads: number,
  mark: number,
): Comparison {
  return {
    quantity: `${one.name} on ${threads} threads ÷ 1 thread, ÷ ${other.name}`,
    cases: [],
    scaled: { cases: [one, other], threads },
    ratio(rates) {
      const [own, others] = [rates.scaling(one, threads), rates.scaling(other, threads)];
      return own && others && median(own.map((ratio, k) => ratio / others[k]!));
    },
    mark,
  };
}

/** The cases that run in rounds on so many threads. */
export function scaledOf(comparisons: readonly Comparison[], threads: number): readonly Measured[] {
  const found: Measured[] = [];
  for (const { scaled } of comparisons) {
    if (scaled?.threads !== threads) continue;
    for (const one of scaled.cases) if (!includes(found, one)) found.push(one);
  }
  return found;
}

/** The mark of a comparison; none where something was not measured. */
export function judged(comparison: Comparison, rates: Rates): readonly Mark[] {
  const { quantity, mark, atMost } = comparison;
  const ratio = comparison.ratio(rates);
  return ratio === undefined ? [] : [{ quantity, ratio, mark, ...(atMost && { atMost }) }];
}

/** Measureds that must share their windows: those of one comparison, and of comparisons that share a case. */
export function groupsOf(comparisons: readonly Comparison[]): readonly (readonly Measured[])[] {
  let groups: Measured[][] = [];
  for (const { cases } of comparisons) {
    if (cases.length === 0) continue;
    const joined = groups.filter((group) => cases.some((one) => includes(group, one)));
    const merged = joined.flat();
    for (const one of cases) if (!includes(merged, one)) merged.push(one);
    groups = [...groups.filter((group) => !joined.includes(group)), merged];
  }
  return groups;
}

function includes(group: readonly Measured[], { name }: Measured): boolean {
  return group.some((one) => one.name === name);
}

/** Rates from interleaved windows, by the names of cases, and from measured throughputs. */
export function ratesOf(
  windows: ReadonlyMap<string, Windows>,
  throughput: Rates['throughput'],
  scaling: Rates['scaling'] = () => undefined,
): Rates {
  const medianOf = (one: Measured): number | undefined => {
    const found = windows.get(one.name);
    return found && median(found.secondsPerCall);
  };
  return {
    relative(one, other) {
      const [a, b] = [windows.get(one.name), windows.get(other.name)];
      if (!a || !b) return undefined;
      const ratios = a.secondsPerCall.map((seconds, k) => b.secondsPerCall[k]! / seconds);
      return (median(ratios) * a.unitsPerCall) / b.unitsPerCall;
    },
    secondsPerCall: medianOf,
    rate(one) {
      const seconds = medianOf(one);
      return seconds === undefined ? undefined : windows.get(one.name)!.unitsPerCall / seconds;
    },
    throughput,
    scaling,
  };
}
