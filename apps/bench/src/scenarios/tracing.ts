import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { objective } from '@nonsmooth/autodiff';
import { ensemble, timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import type { Scenario } from '../scenario.js';
import { median } from '../statistics.js';
import { chain, chainGradient } from './chains.js';
import { relativeError } from './five-nets.js';

const x = Float64Array.of(0.3, 0.7);

/** What a function costs before its gradient is known for the first time: tracing, differentiating, compiling, one run. */
export const tracing: Scenario = {
  name: 'tracing',
  summary: 'objective and its first gradient, per node of the function',
  packages: ['autodiff'],
  cases: ({ detailed }) => [
    ...[1000, 10_000, ...(detailed ? [100_000] : [])].flatMap((nodes) => [
      warm(nodes, 1),
      warm(nodes, 8),
    ]),
    firstOfProcess(1000),
  ],
};

function stepsOf(nodes: number): number {
  return Math.round(nodes / 9);
}

function warm(nodes: number, size: number): Case {
  const steps = stepsOf(nodes);
  const f = chain(steps, size);
  const name = `${nodes} nodes of ${size === 1 ? 'a number' : `${size} numbers`}`;
  return timed<number>({
    name,
    unit: 'nodes',
    prepare() {
      const gradient = new Float64Array(2);
      const { program } = objective(f, 2);
      return {
        units: program!.nodes.length,
        run: () => void objective(f, 2).gradient(x, gradient),
        answer: () => relativeError(gradient, chainGradient(steps, x)),
        fingerprint: () => [gradient],
      };
    },
    check: (error) => [boundError('gradient against derivatives step by step', error, 1e-10)],
    comparisons: [
      {
        quantity: `${name}: µs per node`,
        cases: [{ name }],
        ratio: (rates) => {
          const rate = rates.rate({ name });
          return rate && 1e6 / rate;
        },
        mark: 20,
        atMost: true,
      },
    ],
  });
}

interface FirstGradient {
  readonly perNode: number;
  readonly gradient: readonly number[];
}

/** The command is built beside the benchmark's others. */
function command(): string {
  const here = import.meta.url;
  const folder = '/apps/bench/';
  const root = here.slice(0, here.lastIndexOf(folder) + folder.length);
  return fileURLToPath(new URL('dist/first-gradient.js', root));
}

function firstOfProcess(nodes: number): Case {
  const steps = stepsOf(nodes);
  return ensemble<number, FirstGradient>({
    name: `first gradient of a process, ${nodes} nodes`,
    unit: 'processes',
    runs: [1, 2, 3, 4, 5],
    singleThread: true,
    prepare() {
      let first: FirstGradient = { perNode: NaN, gradient: [] };
      return {
        units: 1,
        run() {
          const { stdout } = spawnSync(process.execPath, [command(), String(steps)]);
          first = JSON.parse(stdout.toString()) as FirstGradient;
        },
        answer: () => first,
        fingerprint: () => [Float64Array.from(first.gradient)],
      };
    },
    check: (answers) => {
      const expected = chainGradient(steps, x);
      const errors = answers.map(({ gradient }) =>
        relativeError(Float64Array.from(gradient), expected),
      );
      return [boundError('gradient against derivatives step by step', Math.max(...errors), 1e-10)];
    },
    marks: (answers) => [
      {
        quantity: `first gradient of a process, ${nodes} nodes: µs per node`,
        ratio: median(answers.map(({ perNode }) => perNode)),
        mark: 100,
        atMost: true,
      },
    ],
  });
}
