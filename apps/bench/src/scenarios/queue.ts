import { largest, smallest } from '@nonsmooth/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensemble } from '../case.js';
import { boundError, observation } from '../check.js';
import type { Scenario } from '../scenario.js';
import type { Work } from '../work.js';
import { queueServer, QueueMachines, timesIn } from './queue-machines.js';

const longMembers = 16;
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
    const study = studyOf(longMembers, stepsFor(0.7, machines, seed), seed);
    let found: Processes | undefined;
    return workOf(
      machines,
      3 * longMembers,
      () => {
        const whole = machines.run(study);
        const folders = [machines.run(study, 1), machines.run(study, 2)] as const;
        const [one, two] = folders.map((folder) => timesIn(folder));
        const rate = (times: typeof one): number =>
          longMembers /
          (largest(times!.map(({ ended }) => ended)) - smallest(times!.map(({ began }) => began)));
        const lengths = one!.map(({ began, ended }) => (ended - began) / 1000);
        found = {
          rates: [1000 * rate(one), 1000 * rate(two)],
          memberSeconds: smallest(lengths),
          differing: folders.filter((folder) => differs(folder, whole)).length,
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

/** The number of steps with which a member takes so many seconds here. */
function stepsFor(seconds: number, machines: QueueMachines, seed: number): number {
  const steps = 4000;
  const times = timesIn(machines.run(studyOf(3, steps, seed + 1), 1));
  const shortest = smallest(times.map(({ began, ended }) => ended - began)) / 1000;
  return Math.ceil((steps * seconds) / shortest);
}

/** Whether two folders hold other members or another table of trajectories. */
function differs(folder: string, other: string): boolean {
  return ['trajectories.arrow', 'members.csv'].some(
    (name) => !readFileSync(join(folder, name)).equals(readFileSync(join(other, name))),
  );
}
