import { classify } from '@nonsmooth/flows';
import { ArgumentError } from '@nonsmooth/kernels';
import { createHash } from 'node:crypto';
import { prepare, type Trajectory } from './dynamics.js';
import { nameOf, type Member } from './members.js';
import { problemOf } from './problem.js';

/** What is kept of a member, as plain data. */
export interface MemberResult {
  readonly index: number;
  readonly start: number;
  readonly variation: Readonly<Record<string, unknown>>;
  readonly status: string;
  readonly reason: string;
  readonly parameters: number;
  readonly gradients: number;
  readonly columns: Readonly<Record<'t' | 'loss' | 'speed' | 'norm', readonly number[]>>;
  /** sup ‖θ‖ over the saved times, and when it was reached. */
  readonly largestNorm: number;
  readonly largestNormAt: number;
  readonly verdict: 'converges' | 'diverges' | 'undecided';
  readonly evidence: string;
  /** SHA-256 of the last parameters, bit for bit. */
  readonly thetaHash: string;
}

/** Runs one member of a study: the function that workers serve. */
export default function runMember(member: Member): MemberResult {
  const problem = problemOf(member);
  try {
    const run = prepare(problem, member.study.dynamics)();
    const { verdict, evidence } = judge(run);
    const largestNorm = run.norm.reduce((most, value) => Math.max(most, value), 0);
    return {
      index: member.index,
      start: member.start,
      variation: member.variation,
      status: run.status,
      reason: run.reason,
      parameters: problem.net.dimension,
      gradients: run.gradients,
      columns: {
        t: [...run.t],
        loss: [...run.loss],
        speed: [...run.speed],
        norm: [...run.norm],
      },
      largestNorm,
      largestNormAt: run.t[run.norm.indexOf(largestNorm)]!,
      verdict,
      evidence,
      thetaHash: createHash('sha256').update(new Uint8Array(run.theta.buffer)).digest('hex'),
    };
  } finally {
    if ('dispose' in problem.risk) problem.risk.dispose();
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
        prepare(problem, member.study.dynamics);
      } finally {
        if ('dispose' in problem.risk) problem.risk.dispose();
      }
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      const where = nameOf(member.variation);
      if (where === '') throw error;
      throw new ArgumentError(`${where}: ${error.argument}`, error.value, error.allowed);
    }
  }
}

function judge(run: Trajectory): Pick<MemberResult, 'verdict' | 'evidence'> {
  const positive = [...run.t.keys()].filter((i) => run.t[i]! > 0);
  const pick = (values: Float64Array): number[] => positive.map((i) => values[i]!);
  if (run.status === 'failed' || run.status === 'nonFinite') {
    return { verdict: 'undecided', evidence: run.reason };
  }
  try {
    const { verdict, reason } = classify({
      times: pick(run.t),
      norms: pick(run.norm),
      speeds: pick(run.speed),
      losses: pick(run.loss),
    });
    return { verdict, evidence: reason };
  } catch (error) {
    // too short, or broken off
    if (!(error instanceof ArgumentError)) throw error;
    return { verdict: 'undecided', evidence: error.message };
  }
}
