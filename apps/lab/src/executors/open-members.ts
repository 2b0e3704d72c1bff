import type { Outcome, RunOptions } from '@nonsmooth/apps-shared';
import { ArgumentError } from '@nonsmooth/core';
import { existsSync, readFileSync } from 'node:fs';
import { hasEnded } from '../archive.js';
import { readMember } from '../member-file.js';
import type { Member } from '../members.js';
import { endedOf, type Ended, type Job } from '../worker.js';
import { alone, mostFileBytes, nameOfJob, studyText, type Payload } from './payload.js';
import { portable } from './study-files.js';

/** The members that are not over yet, by the names of their jobs; equal members share one job. */
export interface OpenMembers {
  readonly size: number;
  /** The names of all that are open now, in their order. */
  names(): Iterable<string>;
  has(name: string): boolean;
  /** The jobs of a name; none if it is over. */
  jobsOf(name: string): readonly Job[];
  /** What travels, with a part to go on from if there is one. */
  payloadOf(name: string): Payload;
  over(name: string, outcome: Outcome<Ended>): void;
  /** Notes that a job is to be done once more, and tells how often that was so. */
  countRepetition(name: string): number;
  /** One outcome per job. */
  readonly outcomes: readonly Outcome<Ended>[];
}

/** @throws ArgumentError for members that cannot travel: too large, or with files outside of `folder`. */
export function openMembers(
  jobs: readonly Job[],
  build: string,
  folder: string,
  onOutcome: RunOptions<Ended>['onOutcome'],
): OpenMembers {
  const outcomes: Outcome<Ended>[] = [];
  const open = new Map<string, number[]>();
  const repetitions = new Map<string, number>();
  let ended = 0;
  const travelling = travellers(folder);
  const payload = ({ member, previous, checkpointSeconds }: Job): Payload => ({
    format: 1,
    build,
    start: member.start,
    ...travelling(member),
    checkpointSeconds,
    ...(previous !== undefined && { previous: fileText(previous) }),
  });
  const end = (place: number, outcome: Outcome<Ended>): void => {
    outcomes[place] = outcome;
    onOutcome?.(outcome, ++ended, place);
  };
  jobs.forEach((job, place) => {
    let name: string;
    try {
      name = nameOfJob(payload(job));
    } catch (error) {
      // the member before has failed and left no file
      if (!(error instanceof ArgumentError) || job.previous === undefined) throw error;
      return end(place, { status: 'failed', reason: error.message });
    }
    const places = open.get(name);
    if (places) places.push(place);
    else open.set(name, [place]);
  });
  const jobsOf = (name: string): readonly Job[] =>
    (open.get(name) ?? []).map((place) => jobs[place]!);
  return {
    get size() {
      return open.size;
    },
    names: () => open.keys(),
    has: (name) => open.has(name),
    jobsOf,
    payloadOf(name) {
      const [job] = jobsOf(name);
      return { ...payload(job!), ...earlierPart(job!) };
    },
    countRepetition(name) {
      const count = (repetitions.get(name) ?? 0) + 1;
      repetitions.set(name, count);
      return count;
    },
    over(name, outcome) {
      const places = open.get(name) ?? [];
      open.delete(name);
      for (const place of places) end(place, outcome);
    },
    outcomes,
  };
}

/** @throws ArgumentError for members that cannot travel: too large, or with files outside of `folder`. */
export function requireTravelling(members: readonly Member[], folder: string): void {
  const travelling = travellers(folder);
  for (const member of members) travelling(member);
}

/** What another starter, or an earlier one, has written of a member that is over. */
export function endedFile({ file, member }: Job): Ended | undefined {
  if (!existsSync(file)) return undefined;
  const found = readMember(file);
  return hasEnded(found, member) ? endedOf(found) : undefined;
}

/** Members of a variation follow one another and share their study: it is made ready to travel once. */
function travellers(folder: string): (member: Member) => Pick<Payload, 'study' | 'files'> {
  let last: { readonly of: object; readonly ready: Pick<Payload, 'study' | 'files'> } | undefined;
  return (member) => {
    if (last?.of !== member.study) {
      const { study, files } = portable(alone(member), folder);
      last = { of: member.study, ready: { study: studyText(study), files } };
    }
    return last.ready;
  };
}

/** A member's file in base64. @throws ArgumentError for one that is missing or damaged. */
function fileText(path: string): string {
  readMember(path);
  return readFileSync(path).toString('base64');
}

/** A part of a member to go on from, if it is not too large to travel; then the member begins anew. */
function earlierPart({ file }: Job): Pick<Payload, 'file'> {
  if (!existsSync(file)) return {};
  const bytes = readFileSync(file);
  return bytes.length <= mostFileBytes ? { file: bytes.toString('base64') } : {};
}
