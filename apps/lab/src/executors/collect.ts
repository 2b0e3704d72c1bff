import type { Job as QueuedJob } from 'bullmq';
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasEnded } from '../archive.js';
import { storageCode } from '../storage-message.js';
import { endedOf, type Job } from '../worker.js';
import type { FileStore } from './file-store.js';
import type { OpenMembers } from './open-members.js';
import { receivedFile, type Payload } from './payload.js';
import type { Provenance } from './queue-worker.js';
import { plainLine, Refusal, writeWhole, type Fate } from '@nonsmooth/apps-shared';

/** A machine that was taken for dead may write its checkpoint over a result: then the member is run again from there. */
const mostRepetitions = 3;

/**
 * Writes what came back of a member that is over, and says so to `open`. The queue keeps the job if the folder of results
 * refused its file.
 */
export function collect(
  job: QueuedJob<Payload, Provenance>,
  name: string,
  open: OpenMembers,
  store: FileStore,
): Fate {
  const jobs = open.jobsOf(name);
  const { member } = jobs[0]!;
  const provenance = isProvenance(job.returnvalue) ? job.returnvalue : undefined;
  try {
    const bytes = store.read(job);
    const file = bytes && receivedFile(bytes, member);
    if (provenance && !(file && hasEnded(file, member))) {
      if (open.countRepetition(name) <= mostRepetitions) return 'repeated';
      throw new Refusal('a result', 'its file is not there; workers and starter share no folder');
    }
    // of a member that failed, its last checkpoint
    for (const one of jobs) if (bytes && file) writeWhole(one.file, bytes);
    if (!provenance || !file) open.over(name, { status: 'failed', reason: reasonOf(job) });
    else {
      for (const one of jobs) record(one, provenance, job);
      open.over(name, { status: 'done', result: endedOf(file) });
    }
    return 'forgotten';
  } catch (error) {
    const code = storageCode(error);
    if (error instanceof Refusal) open.over(name, { status: 'failed', reason: error.message });
    else if (code === undefined) throw error;
    else {
      const none = { status: 'failed', verdict: 'undecided', loss: NaN, norm: NaN } as const;
      open.over(name, { status: 'done', result: { ...none, reason: code, unsaved: code } });
    }
    return code === undefined ? 'forgotten' : 'kept';
  }
}

/** Which machine and which kernels ran a member: beside the results, whose bytes do not depend on it. */
function record(
  { file, member }: Job,
  provenance: Provenance,
  { attemptsMade: attempts, processedOn: began, finishedOn: ended }: QueuedJob,
): void {
  const [machine, kernels] = [provenance.machine, provenance.kernels].map(plainLine);
  const line = JSON.stringify({ member: member.index, machine, kernels, attempts, began, ended });
  appendFileSync(join(dirname(dirname(file)), 'machines.jsonl'), `${line}\n`);
}

function isProvenance(value: unknown): value is Provenance {
  const { machine, kernels } = (value ?? {}) as Partial<Provenance>;
  return typeof machine === 'string' && typeof kernels === 'string';
}

/** Why a member failed; BullMQ's words for machines that died are replaced. */
function reasonOf({ failedReason, stalledCounter }: QueuedJob): string {
  if (/stalled more than allowable/.test(failedReason)) {
    return `its machines died ${stalledCounter} times while it ran: it needs more memory than they have, or crashes them`;
  }
  return plainLine(failedReason);
}
