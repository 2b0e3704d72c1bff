import {
  auto,
  bdf,
  dormandPrince853,
  integrate,
  radauIIA5,
  rock4,
  tsitouras54,
  type Checkpoint,
  type InitialValueProblem,
} from '@nonsmooth/ode';
import { expect, test } from 'vitest';
import { received, receivedFile, studyText } from '../../../apps/lab/src/executors/payload.js';
import { localized } from '../../../apps/lab/src/executors/study-files.js';
import { memberBytes, type MemberFile } from '../../../apps/lab/src/member-file.js';
import { membersOf, type Member } from '../../../apps/lab/src/members.js';
import { problemOf } from '../../../apps/lab/src/problem.js';
import { readStudy } from '../../../apps/lab/src/read-study.js';
import { runMember } from '../../../apps/lab/src/run-member.js';
import { damagedBytes, damagedData, damagedText } from './mutations.js';
import { survives } from './survives.js';

const plain = <Data>(data: Data): Data => JSON.parse(JSON.stringify(data)) as Data;

const methods = { auto, bdf, dormandPrince853, radauIIA5, rock4, tsitouras54 };

test.each(Object.entries(methods))('checkpoints of integrations by %s', (_, method) => {
  const problem: InitialValueProblem = {
    rhs(_t, y, out) {
      const [x, v] = [y[0]!, y[1]!];
      out[0] = v;
      out[1] = 5 * (1 - x * x) * v - x;
    },
    y0: [1, 0],
    t0: 0,
    t1: 4,
  };
  const options = { method, maxSteps: 2000, rtol: 1e-4 };
  const run = integrate(problem, options);
  const saved: Checkpoint[] = [];
  while (run.next()) saved.push(plain(run.checkpoint()));
  survives((roll) => {
    const from = damagedData(saved[roll(saved.length)]!, roll) as Checkpoint;
    const resumed = integrate(problem, { ...options, from });
    while (resumed.next());
  });
});

/** A member of a small study. */
function memberOf(dynamics: string, activation: string): Member {
  const study = readStudy(
    'study.yaml',
    `
title: Damaged
network: { widths: [1, 3, 1], activation: ${activation} }
inputs: { kind: grid, count: 6, from: -1, to: 1 }
target: { kind: sine, frequency: 2 }
start: { kind: random, weights: xavierUniform }
dynamics: ${dynamics}
`,
  );
  return membersOf(study)[0]!;
}

/** What a member leaves on its way: parts as objects and as files. */
function partsOf(member: Member): { readonly part: MemberFile; readonly bytes: Uint8Array }[] {
  const parts: { part: MemberFile; bytes: Uint8Array }[] = [];
  const { net } = problemOf(member);
  runMember(member, {
    checkpointSeconds: 0,
    checkpoint: (part) => void parts.push({ part, bytes: memberBytes(net, part) }),
  });
  expect(parts.length).toBeGreaterThan(0);
  return parts;
}

const members = {
  'a descent': memberOf(
    '{ kind: descent, rule: adam, learningRate: 0.01, steps: 40, every: 10 }',
    'tanh',
  ),
  'a smooth flow': memberOf('{ kind: gradientFlow, until: 3 }', 'tanh'),
  'a flow across kinks': memberOf('{ kind: gradientFlow, until: 3 }', 'relu'),
};

test.each(Object.entries(members))('parts of members that a run goes on from: %s', (_, member) => {
  const parts = partsOf(member);
  survives((roll) => {
    const { part, bytes } = parts[roll(parts.length)]!;
    const isData = part.checkpoint !== undefined && roll(4) > 0;
    const earlier = isData
      ? { ...part, checkpoint: damagedData(plain(part.checkpoint), roll) as never }
      : receivedFile(damagedBytes(bytes, roll), member);
    runMember(member, { earlier });
  });
});

test('jobs of a queue', () => {
  const member = members['a descent'];
  const build = '0123456789abcdef01234567';
  const { bytes } = partsOf(member)[0]!;
  const payload = {
    format: 1,
    build,
    start: 0,
    study: studyText(member.study),
    files: { 'data/x.csv': 'a'.repeat(64) },
    checkpointSeconds: 60,
    file: Buffer.from(bytes).toString('base64'),
  };
  expect(received(payload, build).study).toEqual(member.study);
  survives((roll) => {
    const kind = roll(3);
    const damaged =
      kind === 0
        ? damagedData(payload, roll)
        : kind === 1
          ? { ...payload, study: damagedText(payload.study, roll) }
          : { ...payload, study: JSON.stringify(damagedData(member.study, roll)) };
    const { study, payload: kept } = received(damaged, build);
    const own: Member = { index: 0, start: kept.start, variation: {}, study };
    if (kept.file) receivedFile(Buffer.from(kept.file, 'base64'), own);
  }, 4);
});

test('paths of files in jobs never leave the folder of a worker', () => {
  const parts = [
    '..',
    '.',
    '',
    '/',
    '\\',
    'a',
    'C:',
    '%2e%2e',
    '\u0000',
    '~',
    '//',
    '..\\',
    '．．',
  ];
  let refused = 0;
  survives((roll) => {
    const count = 1 + roll(5);
    const file = Array.from({ length: count }, () => parts[roll(parts.length)]).join(
      roll(3) === 0 ? '' : '/',
    );
    const { study } = members['a descent'];
    const reading = { ...study, inputs: { kind: 'file', file } } as unknown as typeof study;
    try {
      const found = localized(reading, { [file]: 'a'.repeat(64) }, import.meta.dirname);
      throw new Error(`read ${JSON.stringify(found)}`);
    } catch (error) {
      // a name of no file there is as good
      const { message } = error as Error;
      if (!/cannot be read|is not that of the study|can be read/.test(message)) throw error;
    } finally {
      refused++;
    }
  }, 4);
  expect(refused).toBeGreaterThan(100);
});
