import { largest, smallest } from '@nonsmooth/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensemble } from '../case.js';
import { boundError, observation } from '../check.js';
import type { Scenario } from '../scenario.js';
import type { Work } from '../work.js';
import { queueServer, QueueMachines, timesIn, type MemberTimes } from './queue-machines.js';

const longMembers = 8;
/** Turns of one process and two; of each the fastest counts, which other work on the machine disturbed least. */
const rounds = 4;
const smallMembers = 2000;

interface Processes {
  /** Members per second by one worker process, and by two. */
  readonly rates: readonly [number, number];
  readonly memberSeconds: number;
  /** Files of results that differ from those of the embedded run. */
  readonly differing: number;
}

interface Overhead {
  readonly milliseconds: number;
  readonly differing: number;
}

/** Studies by a queue: whether processes add up, and what the way through the queue costs. */
export const queue: Scenario = {
  name: 'queue',
  summary: 'members of studies by a queue, on one worker process and on two',
  packages: ['flows', 'nets', 'kernels'],
  missing: () => (queueServer() === undefined ? 'redis-server' : undefined),
  // it starts processes of its own, which would disturb others: only where it is asked for by name
  cases: ({ detailed }) => (detailed ? [processes, overhead] : []),
};

const processes = ensemble<null, Processes>({
  name: 'two worker processes',
  unit: 'members',
  singleThread: true,
  runs: [null],
  prepare: async (_, seed) => {
    const machines = await started([1, 2]);
    const study = studyOf(longMembers, stepsFor(0.8, machines, seed), seed);
    let found: Processes | undefined;
    return workOf(
      machines,
      (2 * rounds + 1) * longMembers,
      () => {
        const whole = machines.run(study);
        const turns = Array.from({ length: rounds }, () =>
          [1, 2].map((database) => machines.run(study, database)),
        );
        const fastest = [0, 1].map((place) =>
          largest(turns.map((folders) => rateOf(timesIn(folders[place]!)))),
        );
        const lengths = turns.flatMap(([one]) =>
          timesIn(one!).map(({ began, ended }) => (ended - began) / 1000),
        );
        found = {
          rates: [fastest[0]!, fastest[1]!],
          memberSeconds: smallest(lengths),
          differing: turns.flat().filter((folder) => differs(folder, whole)).length,
        };
      },
      () => found!,
    );
  },
  check: ([answer]) => [
    boundError('results that are not those of the embedded run', answer!.differing, 0, 'absolute'),
    boundError(
      'seconds that the shortest member is below 0.5',
      Math.max(0, 0.5 - answer!.memberSeconds),
      0,
      'absolute',
    ),
    observation('seconds of the shortest member', answer!.memberSeconds),
  ],
  marks: ([answer]) => [
    {
      quantity: 'members/s of two worker processes by one',
      ratio: answer!.rates[1] / answer!.rates[0],
      mark: 1.9,
    },
  ],
});

const overhead = ensemble<null, Overhead>({
  name: `${smallMembers} small members`,
  unit: 'members',
  singleThread: true,
  runs: [null],
  prepare: async (_, seed) => {
    const machines = await started([1]);
    const study = studyOf(smallMembers, 2, seed);
    let found: Overhead | undefined;
    return workOf(
      machines,
      2 * smallMembers,
      () => {
        const began = performance.now();
        const whole = machines.run(study);
        const embedded = performance.now() - began;
        const queued = machines.run(study, 1);
        const milliseconds = (performance.now() - began - 2 * embedded) / smallMembers;
        found = { milliseconds, differing: differs(queued, whole) ? 1 : 0 };
      },
      () => found!,
    );
  },
  check: ([answer]) => [
    boundError('results that are not those of the embedded run', answer!.differing, 0, 'absolute'),
  ],
  marks: ([answer]) => [
    {
      quantity: 'ms per member more than on one worker thread',
      ratio: answer!.milliseconds,
      mark: 2,
      atMost: true,
    },
  ],
});

/** Machines with as many worker processes for database 1, 2, … */
async function started(counts: readonly number[]): Promise<QueueMachines> {
  const machines = new QueueMachines();
  try {
    await machines.start();
    for (const [place, count] of counts.entries()) await machines.workers(place + 1, count);
    return machines;
  } catch (error) {
    machines.stop();
    throw error;
  }
}

function workOf<Answer>(
  machines: QueueMachines,
  units: number,
  run: () => void,
  answer: () => Answer,
): Work<Answer> {
  return {
    units,
    run,
    answer,
    fingerprint: () => [],
    dispose: () => machines.stop(),
  };
}

function studyOf(members: number, steps: number, seed: number): string {
  return `
title: Members for a queue
network: { widths: [1, 10, 20, 10, 1], activation: gelu }
inputs: { kind: uniform, count: 1000, from: -1, to: 1 }
target: { kind: sine, frequency: 3 }
start: { kind: random, weights: xavierUniform }
dynamics: { kind: descent, rule: adam, learningRate: 0.005, steps: ${steps}, batch: 100, every: ${Math.max(1, steps >> 1)} }
members: ${members}
seed: ${seed}
`;
}

/** The number of steps with which a member takes so many seconds here; all workers have warmed up then. */
function stepsFor(seconds: number, machines: QueueMachines, seed: number): number {
  const steps = 4000;
  const lengths = [2, 1].flatMap((database) =>
    timesIn(machines.run(studyOf(6, steps, seed + 1), database)).map(
      ({ began, ended }) => (ended - began) / 1000,
    ),
  );
  return Math.ceil((steps * seconds) / smallest(lengths));
}

/** Members per second, from when the first began until the last ended. */
function rateOf(times: readonly MemberTimes[]): number {
  const span = largest(times.map(({ ended }) => ended)) - smallest(times.map(({ began }) => began));
  return (1000 * times.length) / span;
}

/** Whether two folders hold other members or another table of trajectories. */
function differs(folder: string, other: string): boolean {
  return ['trajectories.arrow', 'members.csv'].some(
    (name) => !readFileSync(join(folder, name)).equals(readFileSync(join(other, name))),
  );
}
