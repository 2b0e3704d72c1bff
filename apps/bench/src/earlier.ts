import { ArgumentError } from '@nonsmooth/core';
import { readFileSync } from 'node:fs';
import type { Check } from './check.js';
import type { Results, ScenarioResult } from './results.js';
import { median } from './statistics.js';

/** A quantity that two runs measured, as a ratio of now to earlier that is above 1 where now is better. */
export interface Change {
  readonly what: string;
  readonly ratio: number;
  readonly verdict: 'same' | 'better' | 'worse';
}

/** What changed from an earlier run to this one. */
export interface ComparedRuns {
  /** Measured throughputs, each against that of the same case on the same number of threads. */
  readonly speeds: readonly Change[];
  /** What all speeds have in common: the median ratio, the machine's rather than a case's. */
  readonly commonSpeed: number;
  /** The least ratio that passes for noise, relative to the common one. */
  readonly noise: number;
  /** Errors of answers, deviations from what is expected. */
  readonly errors: readonly Change[];
  /** Ratios of speeds measured in one run each. */
  readonly marks: readonly Change[];
  /** Cases of the earlier run, among the scenarios of this one, that this one does not have. */
  readonly missing: readonly string[];
  /** Why speeds are not of the same machine; undefined if they are. */
  readonly otherMachine: string | undefined;
}

/**
 * Pairs what two runs measured. A machine that is slower today is slower for all cases, so a case's speed is judged
 * relative to the median over all pairs, and what passes for noise is read off the spread of the pairs: 4 robust
 * standard deviations of the logarithms (1.4826 times the median distance from the median, which a few cases that did
 * change do not move), and at least 10 %. On one thread the fastest stretch of a case must tell the same as its
 * throughput, which other work on the machine lowers for some cases and not for others. Answers are deterministic: an
 * error that grew by more than half and is not within a tenth of its limit is worse, and so is a right answer that is not
 * right any more.
 */
export function compareRuns(now: Results, earlier: Results): ComparedRuns {
  const scenarios = now.scenarios.flatMap((scenario) => {
    const before = earlier.scenarios.find(({ name }) => name === scenario.name);
    return before === undefined ? [] : [[before, scenario] as const];
  });
  const pairs = scenarios.flatMap(([before, after]) => speedsOf(before, after));
  const { common, noise } = scatter(pairs.map(({ ratio }) => ratio));
  const fastest = scatter(pairs.flatMap((pair) => pair.fastest ?? []));
  const relative = (ratio: number, middle: number): Change['verdict'] => {
    const change = Math.log(ratio) - middle;
    return change < -noise ? 'worse' : change > noise ? 'better' : 'same';
  };
  const verdictOf = ({ ratio, fastest: atBest }: SpeedPair): Change['verdict'] => {
    const verdict = relative(ratio, common);
    return atBest === undefined || relative(atBest, fastest.common) === verdict ? verdict : 'same';
  };
  return {
    speeds: pairs.map((pair) => ({
      what: pair.what,
      ratio: pair.ratio,
      verdict: verdictOf(pair),
    })),
    commonSpeed: Math.exp(common),
    noise: Math.exp(-noise),
    errors: scenarios.flatMap(([before, after]) => errorsOf(before, after)),
    marks: scenarios
      .flatMap(([before, after]) => marksOf(before, after))
      .map((pair) => ({ ...pair, verdict: relative(pair.ratio, 0) })),
    missing: scenarios.flatMap(([before, after]) =>
      before.cases
        .filter(({ name }) => !after.cases.some((one) => one.name === name))
        .map(({ name }) => `${before.name} ${name}`),
    ),
    otherMachine: differenceOf(now, earlier),
  };
}

type Pair = Pick<Change, 'what' | 'ratio'>;

/** Throughputs now and earlier; `fastest`: of the fastest stretches, where both runs tell. */
interface SpeedPair extends Pair {
  readonly fastest: number | undefined;
}

/** What ratios have in common, and how far from it noise takes them, as logarithms. */
function scatter(ratios: readonly number[]): { readonly common: number; readonly noise: number } {
  const logarithms = ratios.map(Math.log);
  const common = ratios.length === 0 ? 0 : median(logarithms);
  const spread = median(logarithms.map((x) => Math.abs(x - common)));
  return { common, noise: Math.max(Math.log(1.1), 4 * 1.4826 * (spread || 0)) };
}

function speedsOf(before: ScenarioResult, after: ScenarioResult): readonly SpeedPair[] {
  return casesOf(before, after).flatMap(([earlier, now]) =>
    now.measurements.flatMap(({ threads, throughput, callSeconds }) => {
      const other = earlier.measurements.find((one) => one.threads === threads);
      const [whole, best] = [other?.throughput ?? 0, other?.callSeconds ?? 0];
      if (!(throughput! > 0) || !(whole > 0)) return [];
      const what = `${after.name} ${now.name}, threads ${threads}`;
      const tells = threads === 1 && callSeconds! > 0 && best > 0;
      const fastest = tells ? best / callSeconds! : undefined;
      return [{ what, ratio: throughput! / whole, fastest }];
    }),
  );
}

function marksOf(before: ScenarioResult, after: ScenarioResult): readonly Pair[] {
  return after.marks.flatMap(({ quantity, ratio, atMost }) => {
    const other = before.marks.find((one) => one.quantity === quantity)?.ratio;
    if (!(ratio > 0) || !(other! > 0)) return [];
    const change = atMost ? other! / ratio : ratio / other!;
    return [{ what: `${after.name} ${quantity}`, ratio: change }];
  });
}

function errorsOf(before: ScenarioResult, after: ScenarioResult): readonly Change[] {
  return casesOf(before, after).flatMap(([earlier, now]) =>
    now.checks.flatMap((check) => {
      const other = earlier.checks.find(({ quantity }) => quantity === check.quantity);
      const what = `${after.name} ${now.name}: ${check.quantity}`;
      return other === undefined ? [] : [{ what, ...changeOfError(other, check) }];
    }),
  );
}

function changeOfError(before: Check, now: Check): Pick<Change, 'ratio' | 'verdict'> {
  const ratio = (before.deviation ?? NaN) / (now.deviation ?? NaN);
  if (before.verdict === 'right' && now.verdict === 'wrong') return { ratio, verdict: 'worse' };
  if (before.verdict === 'wrong' && now.verdict === 'right') return { ratio, verdict: 'better' };
  // chance moves samples by standard errors, within the limit
  if (now.measure === 'standard errors') return { ratio, verdict: 'same' };
  const isFar = (check: Check): boolean => (check.deviation ?? 0) > (check.limit ?? 0) / 10;
  if (ratio < 1 / 1.5 && isFar(now)) return { ratio, verdict: 'worse' };
  return { ratio, verdict: ratio > 1.5 && isFar(before) ? 'better' : 'same' };
}

type Cases = ScenarioResult['cases'];

function casesOf(
  before: ScenarioResult,
  after: ScenarioResult,
): readonly (readonly [Cases[number], Cases[number]])[] {
  return after.cases
    .filter(({ baseline }) => !baseline)
    .flatMap((now) => {
      const earlier = before.cases.find(({ name }) => name === now.name);
      return earlier === undefined || earlier.unit !== now.unit ? [] : [[earlier, now] as const];
    });
}

function differenceOf(now: Results, earlier: Results): string | undefined {
  const names = ['processor', 'cores', 'kernels'] as const;
  const differing = names.filter((name) => now.machine[name] !== earlier.machine[name]);
  if (differing.length === 0) return undefined;
  return differing
    .map((name) => `${name}: ${earlier.machine[name]}, now ${now.machine[name]}`)
    .join('; ');
}

/** What got worse, one line each; 0 lines where all is well. */
export function regressions(compared: ComparedRuns): readonly string[] {
  const factor = (ratio: number): string => (1 / ratio).toFixed(2);
  const worse = (changes: readonly Change[]): readonly Change[] =>
    changes.filter(({ verdict }) => verdict === 'worse');
  return [
    ...worse(compared.speeds).map(
      ({ what, ratio }) =>
        `slower: ${what}: by a factor of ${factor(ratio / compared.commonSpeed)} beyond what all have in common`,
    ),
    ...worse(compared.marks).map(
      ({ what, ratio }) => `slower: ${what}: by a factor of ${factor(ratio)}`,
    ),
    ...worse(compared.errors).map(({ what, ratio }) =>
      ratio > 0
        ? `less accurate: ${what}: by a factor of ${factor(ratio)}`
        : `less accurate: ${what}`,
    ),
    ...compared.missing.map((what) => `not measured any more: ${what}`),
  ];
}

/** The comparison in a few lines: what all have in common, what got better, what got worse. */
export function comparisonText(compared: ComparedRuns, file: string): string {
  const { speeds, commonSpeed, noise, marks, errors, otherMachine } = compared;
  const better = [...speeds, ...marks, ...errors].filter(({ verdict }) => verdict === 'better');
  const lines = [
    `Compared with ${file}: ${speeds.length} speeds, ${marks.length} ratios, ${errors.length} errors`,
    `  all speeds in common: ${commonSpeed.toFixed(3)} times as fast; noise: down to ${noise.toFixed(2)} of that`,
    ...(otherMachine === undefined ? [] : [`  another machine (${otherMachine})`]),
    ...better.map(({ what, ratio }) => `  better: ${what}: ${ratio.toFixed(2)}`),
    ...regressions(compared).map((line) => `  ${line}`),
  ];
  return lines.join('\n');
}

/** Results that an earlier run wrote. @throws ArgumentError naming the file where it is none of that. */
export function readResults(file: string): Results {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ArgumentError(
      '--compare',
      file,
      `results.json of a run (${(error as Error).message})`,
    );
  }
  const { schema, scenarios, machine } = (data ?? {}) as Partial<Results>;
  if (schema !== 1 || !Array.isArray(scenarios) || typeof machine !== 'object') {
    throw new ArgumentError('--compare', file, 'results.json of a run, schema 1');
  }
  return data as Results;
}
