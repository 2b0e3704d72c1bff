import {
  certify,
  claimOf,
  conformancePrograms,
  programOfExpression,
  readClaim,
  verify,
} from '@nonsmooth/subgradient';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { memberBytes, memberFrom, type MemberFile } from '../../../apps/lab/src/member-file.js';
import { membersOf, type Member } from '../../../apps/lab/src/members.js';
import { readStudy } from '../../../apps/lab/src/read-study.js';
import { runMember } from '../../../apps/lab/src/run-member.js';
import { trendOf, type Sample } from './flat.js';

const seconds = Number(process.argv[2]);
const studies = join(import.meta.dirname, '../../../apps/lab/studies');
const secondsPerTurn = 1;

/** Members of all quick studies but those that take longer than a round may: shortened by their steps. */
const members: readonly Member[] = readdirSync(studies)
  .filter((name) => name.endsWith('-quick.yaml'))
  .flatMap((name) => {
    const text = readFileSync(join(studies, name), 'utf8')
      .replace(/steps: \d+/, 'steps: 200')
      .replace(/every: \d+/, 'every: 100');
    // studies of programs have no members
    if (!text.includes('dynamics:')) return [];
    return membersOf(readStudy(join(studies, name), text)).filter(({ start }) => start < 2);
  });

const work = { study: 0, certificate: 0, interrupted: 0 };

class Interrupted extends Error {}

/** One after another, some broken off and gone on with; members that take too long are broken off for good. */
function runNext(): void {
  const member = members[work.study++ % members.length]!;
  const end = Date.now() + 1000 * secondsPerTurn;
  let part: MemberFile | undefined;
  const isBroken = work.study % 3 === 0;
  const run = (earlier?: MemberFile): MemberFile =>
    runMember(member, {
      earlier,
      checkpointSeconds: 0.05,
      checkpoint(file, { net }) {
        part = memberFrom(memberBytes(net, file));
        if (Date.now() > end || (isBroken && earlier === undefined)) throw new Interrupted();
      },
    });
  try {
    run();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    work.interrupted++;
    try {
      run(part);
    } catch (again) {
      if (!(again instanceof Interrupted)) throw again;
    }
  }
}

function certifyNext(): void {
  const { expression, point } =
    conformancePrograms[work.certificate++ % conformancePrograms.length]!;
  const program = programOfExpression(expression, point.length);
  const claim = JSON.stringify(claimOf(certify(program, point).certificate, program));
  const back = readClaim(JSON.parse(claim));
  verify(back.certificate, back.program);
}

const began = performance.now();
const elapsed = (): number => (performance.now() - began) / 1000;
const samples: Sample[] = [];
let rounds = 0;
const secondsPerSample = Math.max(0.2, seconds / 120);
console.log(`${members.length} members of ${studies}; ${seconds} s`);
while (elapsed() < seconds) {
  const until = elapsed() + secondsPerSample;
  do {
    runNext();
    for (let i = 0; i < 20; i++) certifyNext();
  } while (elapsed() < until);
  globalThis.gc!();
  // what finalizers free is collected by the next one
  await new Promise((resolve) => setTimeout(resolve, 10));
  globalThis.gc!();
  const { heapUsed, external, rss } = process.memoryUsage();
  const live = (heapUsed + external) / 2 ** 20;
  const resident = rss / 2 ** 20;
  // memories of the kernels grow to what the largest members need: all have been there twice
  const isWarm = work.study >= 2 * members.length;
  if (isWarm) samples.push({ seconds: elapsed(), live, resident });
  if (rounds++ % 10 === 0) {
    console.log(
      `${elapsed().toFixed(0)} s: ${work.study} members (${work.interrupted} broken off), ${work.certificate} certificates; ` +
        `${live.toFixed(1)} MB live, ${resident.toFixed(0)} MB resident`,
    );
  }
}
if (samples.length < 10) {
  console.error(
    `too short: ${samples.length} samples; at least 10 are needed to tell, after all members have run twice`,
  );
  process.exit(1);
}
const { perHour, growth, residentGrowth, isFlat } = trendOf(samples);
console.log(
  `${isFlat ? 'flat' : 'NOT FLAT'}: live memory ${growth.toFixed(2)} MB over ${samples.length} samples ` +
    `(${perHour.toFixed(1)} MB/hour), resident memory ${residentGrowth.toFixed(1)} MB from the first half to the second`,
);
process.exitCode = isFlat ? 0 : 1;
