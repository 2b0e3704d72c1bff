import { objective as compiled, switchedProgram, type TracedObjective } from '@nonsmooth/autodiff';
import {
  ArgumentError,
  requireKnownOptions,
  type DescentLoop,
  type DescentOptions,
  type Objective,
  type OptionNames,
} from '@nonsmooth/core';
import { defaultKinks, drawBatch, type Kinks } from '@nonsmooth/kernels';
import { isEmpiricalRisk } from '@nonsmooth/nets';
import { certify } from '@nonsmooth/subgradient';

/** What of a descent's kinks is watched. */
export interface KinkWatch {
  /** Derivatives at kinks whose gradients are examined; what is left out is the default. Default: relu'(0) = 0, ½, 1. */
  readonly policies?: readonly Partial<Kinks>[];
  /** At so many of the steps that meet kinks, the first ones, the policies are examined. Default 3. */
  readonly examine?: number;
}

/** The option names of `KinkWatch`. */
export const kinkWatchNames: OptionNames<KinkWatch> = { policies: true, examine: true };

/** How often one arithmetic met kinks exactly. */
export interface KinkCount {
  /** Steps that began with a switching variable of their samples exactly 0. */
  readonly steps: number;
  /** These variables over all steps. */
  readonly zeros: number;
  /** The first such step, from 0. */
  readonly first?: number;
}

/** What a policy gave at the steps examined: elements of Clarke's subdifferential of the full risk, or not. */
export interface PolicyCount {
  readonly kinks: Kinks;
  readonly clarke: { readonly in: number; readonly out: number; readonly undecided: number };
}

/** How many kinks the watched steps met, and what policies did there. */
export interface KinkRecord {
  /** Steps watched. */
  readonly watched: number;
  /** Switching variables evaluated in double and in single precision at the parameters of each step. */
  readonly f64: KinkCount;
  readonly f32: KinkCount;
  readonly examined: number;
  readonly policies: readonly PolicyCount[];
}

/** Counts the kinks that a descent meets. */
export interface KinkWatcher {
  /** Looks at the parameters before the next step of a loop. */
  before(loop: Pick<DescentLoop, 'steps' | 'read'>): void;
  record(): KinkRecord;
}

/** The samples of each step: those that a descent draws, or by the number of the step. All samples if undefined. */
export type WatchedBatches = DescentOptions['batch'] | ((step: number) => ArrayLike<number>);

/**
 * Counts the kinks that steps meet: the switching variables of the objective's program at the parameters before each step,
 * those of its samples where a dense risk is descended by batches. Goes on counting from `earlier`, of the same watch.
 * @throws ArgumentError for an objective without a program, or unknown options.
 */
export function kinkWatcher(
  objective: Objective,
  watch: KinkWatch,
  batch: WatchedBatches,
  earlier?: KinkRecord,
): KinkWatcher {
  requireKnownOptions('kinks', watch, kinkWatchNames);
  const { program, dimension } = objective as TracedObjective;
  if (program === undefined) {
    throw new ArgumentError('kinks', watch, 'left out for objectives without a program');
  }
  const { examine = 3, policies = [{ relu: 0 }, { relu: 0.5 }, { relu: 1 }] } = watch;
  if (!(Number.isSafeInteger(examine) && examine >= 0)) {
    throw new ArgumentError('kinks.examine', examine, 'an integer ≥ 0');
  }
  const counters = (['f64', 'f32'] as const).map((dtype) => {
    const evaluated = compiled(program, dimension, { dtype });
    const { steps = 0, zeros = 0, first } = earlier?.[dtype] ?? {};
    return { evaluated, count: { steps, zeros, first } };
  });
  const counts = policies.map((policy, i) => ({
    kinks: { ...defaultKinks, ...policy },
    clarke: { in: 0, out: 0, undecided: 0, ...earlier?.policies[i]?.clarke },
  }));
  const { size, blocks } = switchedProgram(program);
  const switching = new Float64Array(size);
  const theta = new Float64Array(dimension);
  const sampleOf = sampled(objective, blocks, size);
  const samplesOf = batch && sampleOf ? drawer(batch, sampleOf.samples) : undefined;
  let { watched, examined } = earlier ?? { watched: 0, examined: 0 };

  return {
    before(loop) {
      const step = loop.steps;
      loop.read(theta);
      if (!theta.every(Number.isFinite)) return;
      watched++;
      const samples = samplesOf && new Set(Array.from(samplesOf(step)));
      const meets = (i: number): boolean => samples === undefined || samples.has(sampleOf!.of[i]!);
      let onKink = false;
      for (const { evaluated, count } of counters) {
        evaluated.switching!(theta, switching);
        let zeros = 0;
        for (let i = 0; i < size; i++) if (switching[i] === 0 && meets(i)) zeros++;
        if (zeros === 0) continue;
        onKink = true;
        count.steps++;
        count.zeros += zeros;
        count.first ??= step;
      }
      if (!onKink || examined >= examine) return;
      examined++;
      for (const { kinks, clarke } of counts) {
        const { memberships } = certify(program, theta, { kinks });
        clarke[memberships.clarke]++;
      }
    },
    record: () => ({
      watched,
      f64: countOf(counters[0]!.count),
      f32: countOf(counters[1]!.count),
      examined,
      policies: counts,
    }),
  };
}

function drawer(
  batch: NonNullable<WatchedBatches>,
  samples: number,
): (step: number) => ArrayLike<number> {
  if (typeof batch === 'function') return batch;
  const indices = new Uint32Array(batch.size);
  return (step) => {
    drawBatch(batch.key, step, samples, indices);
    return indices;
  };
}

/** The sample of every switching variable of a dense risk, whose blocks are samples × width. */
function sampled(
  objective: Objective,
  blocks: readonly { readonly shape: readonly number[]; readonly offset: number }[],
  size: number,
): { readonly samples: number; readonly of: Int32Array } | undefined {
  if (!isEmpiricalRisk(objective)) return undefined;
  const { samples } = objective;
  if (!blocks.every(({ shape }) => shape.length === 2 && shape[0] === samples)) return undefined;
  const of = new Int32Array(size);
  for (const { shape, offset } of blocks) {
    const width = shape[1]!;
    for (let i = 0; i < samples * width; i++) of[offset + i] = Math.floor(i / width);
  }
  return { samples, of };
}

function countOf({
  steps,
  zeros,
  first,
}: {
  steps: number;
  zeros: number;
  first: number | undefined;
}): KinkCount {
  return { steps, zeros, ...(first !== undefined && { first }) };
}
