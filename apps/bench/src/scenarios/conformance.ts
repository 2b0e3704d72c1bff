import {
  backwardMode,
  certify,
  conformancePrograms,
  programOfExpression,
} from '@nonsmooth/subgradient';
import {
  differentiatorNames,
  loadDifferentiator,
  type Differentiator,
  type DifferentiatorName,
} from '@nonsmooth/apps-shared';
import type { KinkPolicy } from '@nonsmooth/autodiff';
import { timed, type Case } from '../case.js';
import { claim, observation } from '../check.js';
import { importPeer, peerFolder } from '../peers/install.js';
import type { Work } from '../work.js';
import { resolve } from 'node:path';

type Library = keyof typeof policies | typeof ownPolicy | DifferentiatorName;

/** Backward mode with constants at kinks: what is common, and wrong wherever kinks cancel or tie. */
const policies = {
  'relu′(0) = 0': { relu: 0, abs: 0, tie: 0.5 },
  'relu′(0) = ½': { relu: 0.5, abs: 0, tie: 0.5 },
  'relu′(0) = 1': { relu: 1, abs: 1, tie: 1 },
} as const satisfies Record<string, KinkPolicy>;

/** Backward mode along a direction, which always returns a limiting gradient. */
const ownPolicy = 'along a direction';

interface Answer {
  readonly right: number;
  readonly wrong: number;
  readonly undecided: number;
  readonly failed: number;
}

/** How many of the programs with known subdifferentials a library answers rightly; with `withPeers` also of others. */
export function conformance(withPeers: boolean): readonly Case[] {
  const constants = Object.keys(policies) as (keyof typeof policies)[];
  const libraries = [ownPolicy, ...constants, ...(withPeers ? differentiatorNames : [])] as const;
  return libraries.map((library) =>
    timed<Answer>({
      name: `conformance, ${library}`,
      unit: 'programs',
      singleThread: true,
      baseline: library !== ownPolicy,
      prepare: () => conformanceWork(library),
      check: ({ right, wrong, undecided, failed }) => [
        library === ownPolicy
          ? claim('wrong answers at kinks', String(wrong), '0')
          : observation(
              'wrong answers at kinks',
              `${wrong} of ${right + wrong + undecided + failed}`,
            ),
        observation('right, undecided, no answer', `${right}, ${undecided}, ${failed}`),
      ],
    }),
  );
}

/** Asks a library for the gradients of all programs with known subdifferentials, and judges the answers. */
async function conformanceWork(library: Library): Promise<Work<Answer>> {
  const differentiator = await differentiatorOf(library);
  const counts = new Uint32Array(4);
  const outcomes = ['in', 'out', 'undecided', 'failed'];
  const judge = ({ expression, point }: (typeof conformancePrograms)[number]): string => {
    let found: ArrayLike<number>;
    try {
      found = differentiator.gradient(expression, point);
    } catch {
      return 'failed';
    }
    if (!Array.from(found).every(Number.isFinite)) return 'failed';
    const program = programOfExpression(expression, point.length);
    return certify(program, point, { gradient: found, tolerance: differentiator.rounding })
      .memberships.clarke;
  };
  return {
    units: conformancePrograms.length,
    run() {
      counts.fill(0);
      for (const program of conformancePrograms) counts[outcomes.indexOf(judge(program))]!++;
    },
    answer: () => ({
      right: counts[0]!,
      wrong: counts[1]!,
      undecided: counts[2]!,
      failed: counts[3]!,
    }),
    fingerprint: () => [counts],
  };
}

async function differentiatorOf(library: Library): Promise<Differentiator> {
  if (library === 'tfjs' || library === 'jax-js')
    return loadDifferentiator(library, (name) => importPeer(resolve(peerFolder), name));
  const rounding = 1e-12;
  if (library !== ownPolicy) return { rounding, ...backwardMode(library, policies[library]) };
  return {
    rounding,
    gradient(expression, point) {
      const direction = Float64Array.from(point, (_, i) => Math.sqrt(i + 2));
      return backwardMode(library, { direction }).gradient(expression, point);
    },
  };
}
