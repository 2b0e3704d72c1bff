import {
  abs,
  add,
  gather,
  mul,
  objective,
  sin,
  sub,
  sum,
  tanh,
  trace,
  type Objective,
  type Program,
  type Tracer,
  type Value,
} from '@nonsmooth/autodiff';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { certify, verify, type Certificate } from '@nonsmooth/subgradient';
import { foldIn, key, split, tensor, uniform, type Key } from '@nonsmooth/tensor';
import { timed, type Case } from '../case.js';
import { claim, observation } from '../check.js';
import { costAtMost, medianSpeedup, relativeSpeedup, type Comparison } from '../comparison.js';
import type { Scenario } from '../scenario.js';
import type { Work } from '../work.js';

/** A function at a point, whose gradient is certified. */
interface Subject {
  readonly subject: Objective | Program;
  readonly theta: Float64Array;
  /** Its own fastest gradient. */
  readonly gradient: (theta: Float64Array, out: Float64Array) => number;
  readonly dispose?: () => void;
}

/** A rung of the ladder; `kinks` is how many units, or arguments of abs, are put on a kink at most. */
interface Rung {
  readonly name: string;
  /** How many kinks there are at most. */
  readonly kinks: number;
  make(kinks: number, seed: number): Subject;
}

const sizes = [
  { widths: [1, 16, 1], samples: 64 },
  { widths: [1, 64, 1], samples: 1024 },
  { widths: [2, 8, 8, 1], samples: 64 },
  { widths: [20, 50, 1], samples: 300 },
  { widths: [2, 32, 32, 32, 1], samples: 512 },
  { widths: [2, 128, 128, 1], samples: 1024 },
];

const rungs: readonly Rung[] = [
  ...sizes.map(({ widths, samples }): Rung => ({
    name: `${widths.join('-')}/${samples}`,
    kinks: widths[1]!,
    make: (kinks, seed) => riskOf(widths, samples, kinks, seed),
  })),
  { name: '1000 nodes', kinks: 1, make: (kinks) => chain(kinks) },
];

/** A ReLU risk with so many first-layer units at 0 in one sample each; all numbers are multiples of 2⁻¹². */
function riskOf(widths: readonly number[], samples: number, kinks: number, seed: number): Subject {
  const net = network(widths, { activation: 'relu' });
  const [inputKey, targetKey, startKey] = split(foldIn(key(seed), widths[1]!), 3) as [
    Key,
    Key,
    Key,
  ];
  const width = widths[0]!;
  const draw = (from: Key, columns: number): Float64Array =>
    Float64Array.from(uniform(from, [samples, columns], { low: -1, high: 1 }).data, rounded);
  const inputs = draw(inputKey, width);
  const targets = draw(targetKey, 1);
  const theta = initialize(net, heNormal, startKey, { biases: heNormal }).map(rounded);
  const bias = net.layout.find(({ name }) => name === 'b1')!.offset;
  for (let i = 0; i < Math.min(kinks, widths[1]!); i++) {
    let z = 0;
    for (let j = 0; j < width; j++) z += theta[i * width + j]! * inputs[i * width + j]!;
    theta[bias + i] = -z;
  }
  const data = {
    inputs: tensor(inputs, { shape: [samples, width] }),
    targets: tensor(targets, { shape: [samples, 1] }),
  };
  const risk = empiricalRisk(net, data);
  return {
    subject: risk,
    theta,
    gradient: (at, out) => risk.gradient(at, out),
    dispose: () => risk.dispose(),
  };
}

function rounded(x: number): number {
  return Math.round(x * 4096) / 4096;
}

/** A chain of tanh, sin and abs of 1000 operations in two variables; the first abs is at 0 for a kink. */
function chain(kinks: number): Subject {
  const f = (x: Tracer): Value => {
    let v: Value = sum(gather(x, [0]));
    let w: Value = sum(gather(x, [1]));
    for (let i = 0; i < 111; i++) {
      v = tanh(add(mul(0.9, v), w));
      w = add(abs(sub(w, 0.01 * i)), mul(0.1, sin(v)));
    }
    return add(v, w);
  };
  const program = trace(f, [[2]]);
  const smooth = objective(program, 2);
  return {
    subject: program,
    theta: Float64Array.of(0.3, kinks === 0 ? 0.7 : 0),
    gradient: (at, out) => smooth.gradient(at, out),
  };
}

interface Answer {
  readonly activeKinks: number;
  readonly verdict: string;
  readonly clarke: string;
  readonly isVerified: boolean;
}

type Way = 'gradient' | 'certify' | 'verify';

function nameOf(way: Way, rung: Rung, kinks: number): string {
  const active = kinks === 0 ? 'no kink' : kinks === 1 ? '1 kink' : `${kinks} kinks`;
  return `${way} ${rung.name}, ${active}`;
}

function caseOf(way: Way, rung: Rung, kinks: number): Case {
  return timed<Answer>({
    name: nameOf(way, rung, kinks),
    unit: 'calls',
    singleThread: way !== 'certify' || kinks > 0,
    baseline: way === 'gradient',
    prepare: (seed) => workOf(way, rung, kinks, seed),
    check: ({ activeKinks, verdict, clarke, isVerified }) => [
      claim(
        'as many active kinks',
        String(activeKinks >= kinks && kinks > 0 === activeKinks > 0),
        'true',
      ),
      claim('in Clarke’s set', clarke, 'in'),
      claim('certificate verified', String(isVerified), 'true'),
      observation('active kinks', activeKinks),
      observation('verdict', verdict),
    ],
    comparisons: comparisonsOf(way, rung, kinks),
  });
}

function workOf(way: Way, rung: Rung, kinks: number, seed: number): Work<Answer> {
  const { subject, theta, gradient, dispose } = rung.make(kinks, seed);
  const out = new Float64Array(theta.length);
  let found = certify(subject, theta);
  const run = {
    gradient: () => void gradient(theta, out),
    certify: () => void (found = certify(subject, theta)),
    verify: () => void verify(found.certificate, subject),
  }[way];
  return {
    units: 1,
    run,
    answer: () => ({
      activeKinks: found.activeKinks.length,
      verdict: found.verdict,
      clarke: found.memberships.clarke,
      isVerified: verify(JSON.parse(JSON.stringify(found.certificate)) as Certificate, subject),
    }),
    fingerprint: () => [found.gradient],
    ...(dispose && { dispose }),
  };
}

/** Seconds that a certificate may take whatever the size. */
const fixed = 2e-4;

function comparisonsOf(way: Way, rung: Rung, kinks: number): readonly Comparison[] {
  const own = { name: nameOf(way, rung, kinks) };
  if (way === 'verify') return [costAtMost(own, { name: nameOf('certify', rung, kinks) }, 3)];
  if (way === 'gradient') return [];
  const alone = { name: nameOf('gradient', rung, kinks) };
  const inGradients: Comparison = {
    quantity: `${own.name}: gradients beyond 0.2 ms`,
    cases: [own, alone],
    ratio(rates) {
      const certified = rates.secondsPerCall(own);
      const plain = rates.secondsPerCall(alone);
      if (certified === undefined || plain === undefined) return undefined;
      return Math.max(0, certified - fixed) / plain;
    },
    mark: kinks === 0 ? 20 : kinks === 1 ? 50 : 200,
    atMost: true,
  };
  if (kinks > 0) return [inGradients];
  return [inGradients, medianSpeedup(own, 2, 1.8), relativeSpeedup(own, plainLoop, 2, 0.95)];
}

/** What two threads of the machine can do: a loop over a small array that makes no objects. */
const plainLoop = timed<number>({
  name: 'a loop without garbage',
  unit: 'calls',
  baseline: true,
  prepare: () => {
    const state = new Float64Array(2048);
    let total = 0;
    const run = (): void => {
      total = 0.5;
      for (let i = 0; i < state.length; i++) {
        total = Math.tanh(state[i]! * total + 0.5);
        state[i] = total;
      }
    };
    return { units: 1, run, answer: () => total, fingerprint: () => [state] };
  },
  check: (total) => [claim('between 0 and 1', String(total > 0 && total < 1), 'true')],
});

/** What a certificate costs, in gradients of the same function, over a ladder of sizes and numbers of active kinks. */
export const certifying: Scenario = {
  name: 'certify',
  summary: 'certificates of gradients and their verification, from 1-16-1 to 2-128-128-1',
  packages: ['subgradient', 'nets', 'autodiff', 'kernels', 'tensor'],
  cases: ({ detailed }) => [
    plainLoop,
    ...rungs.flatMap((rung) =>
      [0, 1, 100]
        .filter((kinks) => kinks === 0 || (detailed && kinks <= Math.max(1, rung.kinks)))
        .flatMap((kinks) => [
          caseOf('gradient', rung, kinks),
          caseOf('certify', rung, kinks),
          ...(detailed ? [caseOf('verify', rung, kinks)] : []),
        ]),
    ),
  ],
};
