import { ArgumentError } from '@nonsmooth/core';
import { classify, type ClassifyOptions, type Trajectory } from '@nonsmooth/flows';
import { createHash } from 'node:crypto';
import { prepare } from './dynamics.js';
import type { Hooks, Part } from './hooks.js';
import type { Facts, MemberFile } from './member-file.js';
import { isOutOfMemory } from './memory-message.js';
import { nameOf, type Member } from './members.js';
import { disposeOf, problemOf, type Problem } from './problem.js';

/** Runs one member of a study, or goes on with it. */
export function runMember(
  member: Member,
  hooks: Partial<Omit<Hooks, 'checkpoint'>> & {
    readonly checkpoint?: (file: MemberFile, problem: Problem) => void;
    /** Sees the result while the network is at hand. */
    readonly done?: (file: MemberFile, problem: Problem) => void;
    /** What the run from the start before has left, for studies that go on from it. */
    readonly previous?: MemberFile | undefined;
  } = {},
): MemberFile {
  const problem = problemOf(member, hooks.previous);
  try {
    const file = (part: Part): MemberFile => fileOf(part, problem);
    const run = prepare(problem, member.study);
    const result = file(
      run({
        checkpointSeconds: 60,
        progress: () => {},
        ...hooks,
        checkpoint: (part) => hooks.checkpoint?.(file(part), problem),
      }),
    );
    hooks.done?.(result, problem);
    return result;
  } finally {
    disposeOf(problem);
  }
}

/**
 * Builds the first member of every variation, without running it.
 * @throws ArgumentError for parts of a study that do not fit each other.
 */
export function requireFitting(members: readonly Member[]): void {
  for (const member of members) {
    if (member.start > 0) continue;
    try {
      const problem = problemOf(member);
      try {
        prepare(problem, member.study);
      } finally {
        disposeOf(problem);
      }
    } catch (error) {
      const wrong = isOutOfMemory(error) ? tooLarge(member) : error;
      if (!(wrong instanceof ArgumentError)) throw wrong;
      const where = nameOf(member.variation);
      const path = pathOf(wrong.argument);
      const argument = where === '' ? path : `${where}: ${path}`;
      throw new ArgumentError(argument, wrong.value, wrong.allowed);
    }
  }
}

/** Where a study says what kernels call by other names. */
function pathOf(argument: string): string {
  if (argument === 'batch.size') return 'dynamics.batch';
  return argument.replace(/^rule\./, 'dynamics.settings.');
}

function tooLarge({ study: { network } }: Member): ArgumentError {
  return new ArgumentError(
    'network.widths',
    network.widths,
    'a network and samples that fit into the memory of this machine',
  );
}

function fileOf(part: Part, { net }: Problem): MemberFile {
  const {
    columns,
    theta,
    moments,
    statistics,
    checkpoint,
    trail,
    kinks,
    kept,
    flow: _flow,
    ...known
  } = part;
  const norms = columns.get('norm');
  let top = -1;
  norms?.forEach((norm, i) => {
    if (top < 0 || norm > norms[top]!) top = i;
  });
  return {
    facts: {
      ...known,
      parameters: net.dimension,
      largestNorm: norms?.[top] ?? NaN,
      largestNormAt: columns.get('t')![top] ?? NaN,
      ...(known.status === 'unfinished'
        ? { verdict: 'undecided' as const, evidence: known.reason }
        : judge(part)),
      thetaHash: createHash('sha256')
        .update(new Uint8Array(theta.buffer, theta.byteOffset, theta.byteLength))
        .digest('hex'),
    },
    columns,
    theta,
    moments,
    statistics,
    checkpoint,
    trail,
    kinks,
    kept,
  };
}

function judge({ status, reason, columns, flow }: Part): Pick<Facts, 'verdict' | 'evidence'> {
  if (status === 'failed') return { verdict: 'undecided', evidence: reason };
  if (flow) return verdictOn(flow.trajectory, flow.objective && { objective: flow.objective });
  const [times, norms, speeds, losses] = ['t', 'norm', 'speed', 'loss'].map((name) =>
    columns.get(name),
  );
  if (!times || !norms || !speeds || !losses) {
    return { verdict: 'undecided', evidence: 'needs the columns loss, speed and norm' };
  }
  const rows = evidenceRows(times);
  const [t, n, s, l] = [times, norms, speeds, losses].map((values) =>
    Float64Array.from(rows, (i) => values[i]!),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  return verdictOn({ times: t, norms: n, speeds: s, losses: l });
}

function verdictOn(
  trajectory: Trajectory,
  options?: ClassifyOptions,
): Pick<Facts, 'verdict' | 'evidence'> {
  try {
    const found = classify(trajectory, options);
    const { verdict, strength, reason } = found;
    return { verdict, evidence: strength ? `${strength}: ${reason}` : reason };
  } catch (error) {
    // too short, or broken off
    if (!(error instanceof ArgumentError)) throw error;
    return { verdict: 'undecided', evidence: error.message };
  }
}

/** Rows that verdicts are found from, at most: the search for laws of growth takes time quadratic in them. */
const mostEvidence = 4000;

/** The rows with t > 0; of very many, ones about evenly spread in log t, the first and the last included. */
function evidenceRows(times: Float64Array): number[] {
  const first = times.findIndex((t) => t > 0);
  if (first < 0) return [];
  const all = Array.from({ length: times.length - first }, (_, i) => first + i);
  if (all.length <= mostEvidence) return all;
  const [from, to] = [Math.log(times[first]!), Math.log(times.at(-1)!)];
  const width = (to - from) / (mostEvidence - 1);
  let next = from;
  return all.filter((i) => {
    const s = Math.log(times[i]!);
    if (s < next && i < times.length - 1) return false;
    next = Math.max(next + width, s);
    return true;
  });
}
