import type { Objective } from '@nonsmooth/core';
import { ArgumentError } from '@nonsmooth/core';
import { polynomialRealization } from '@nonsmooth/flows';
import {
  heNormal,
  initialize,
  network,
  normalWeights,
  populationRisk,
  xavierUniform,
  zeroWeights,
  type EmpiricalRisk,
  type Network,
} from '@nonsmooth/nets';
import { foldIn, key, normal, type Key } from '@nonsmooth/tensor';
import { samplesOf, type Samples, type StudySamples } from './data/samples.js';
import { polynomialOf } from './data/targets.js';
import { judge, riskOn, type Judge } from './judge.js';
import type { MemberFile } from './member-file.js';
import type { Member } from './members.js';
import { RunningStatistics } from './running-statistics.js';
import { readNormalization, readStateDict, type SavedNormalization } from './state-dict.js';
import type { Study } from './study.js';

/** What a member's dynamics start from. */
export interface Problem {
  readonly net: Network;
  readonly risk: EmpiricalRisk | (Objective & { dispose?: () => void });
  /** Of the empirical risk. */
  readonly samples: StudySamples | undefined;
  /** The same risk on other samples. */
  readonly riskOn: (samples: Samples) => EmpiricalRisk;
  /** The same loss on samples that are not trained on. */
  readonly test: Judge | undefined;
  /** The same loss on those that are. */
  readonly train: () => Judge;
  readonly theta0: Float64Array;
  /** Of a network that keeps them, as they are at the start. */
  readonly statistics: RunningStatistics | undefined;
  /** For random batches. */
  readonly batchKey: Key;
}

/** Releases the memory of its risks. */
export function disposeOf({ risk, test }: Problem): void {
  risk.dispose?.();
  test?.dispose();
}

/**
 * Builds network, risk and start; everything random is a function of the seed and the number of the start. `previous` is
 * what the run from the start before has left, for studies that go on with its normalization.
 */
export function problemOf({ study, start: number }: Member, previous?: MemberFile): Problem {
  const keyFor = (use: number): Key => foldIn(foldIn(key(study.seed), number), use);
  const { start, target } = study;
  const { widths, activation, parameter, batchNormalization } = study.network;
  const realization =
    start.kind === 'realization'
      ? polynomialRealization(polynomialFor(study), activation, { h: start.h })
      : undefined;
  const net =
    realization?.network ??
    network(widths, {
      activation: parameter === undefined ? activation : { name: activation, parameter },
      batchNormalization: batchNormalization !== false,
    });
  const teacher =
    target.kind === 'teacher'
      ? Float64Array.from(
          normal(keyFor(1), [net.dimension], { standardDeviation: target.deviation }).data,
        )
      : undefined;
  const fromFile = start.kind === 'file' ? readStateDict('start.file', start.file, net) : undefined;
  const carried = carriedNormalization();
  const theta0 = realization?.theta ?? startOf();
  const onSamples = (samples: Samples): EmpiricalRisk => riskOn(study, net, samples);
  const common = { net, theta0, riskOn: onSamples, batchKey: keyFor(3) };
  if (study.risk === 'population') {
    requireNoSamples(study);
    const train = (): Judge => {
      throw new ArgumentError('risk', study.risk, 'empirical, to judge samples');
    };
    const risk = population(study, net);
    return { ...common, risk, samples: undefined, test: undefined, train, statistics: undefined };
  }
  const samples = samplesOf(study, net, keyFor, teacher);
  const { training, test } = samples;
  const statistics =
    typeof batchNormalization === 'object'
      ? new RunningStatistics(
          widths[0]!,
          batchNormalization.momentum,
          (carried ?? fromFile)?.statistics,
        )
      : undefined;
  return {
    ...common,
    risk: onSamples(training),
    samples,
    test: test && judge(study, net, test),
    train: () => judge(study, net, training),
    statistics,
  };

  function startOf(): Float64Array {
    switch (start.kind) {
      case 'nearTeacher': {
        if (!teacher) throw new ArgumentError('start.kind', start.kind, 'a target of kind teacher');
        const noise = normal(keyFor(4), [net.dimension]).data;
        return teacher.map((x, i) => x + start.deviation * noise[i]!);
      }
      case 'random': {
        const weights = {
          xavierUniform,
          heNormal,
          zero: zeroWeights,
          normal: normalWeights(start.deviation),
        }[start.weights];
        const biases = start.biases > 0 ? { biases: normalWeights(start.biases) } : {};
        const drawn = initialize(net, weights, keyFor(4), biases);
        if (carried) drawn.set(carried.scaleAndShift);
        return drawn;
      }
      case 'values':
        return requireLength('start.values', Float64Array.from(start.values));
      case 'file':
        return fromFile!.theta;
      default:
        throw new ArgumentError('start.kind', start.kind, 'a known kind');
    }
  }

  /** What a normalization goes on from, if it does not start fresh. */
  function carriedNormalization(): SavedNormalization | undefined {
    if (start.kind !== 'random' || (start.normalization ?? 'fresh') === 'fresh') return undefined;
    const { normalization } = start;
    if (typeof batchNormalization !== 'object') {
      throw new ArgumentError(
        'start.normalization',
        normalization,
        'a network with batchNormalization: { momentum }',
      );
    }
    const inputCount = widths[0]!;
    if (typeof normalization === 'object') {
      return readNormalization('start.normalization.file', normalization.file, inputCount);
    }
    return (
      previous && {
        scaleAndShift: Float64Array.from(previous.theta.subarray(0, 2 * inputCount)),
        statistics: previous.statistics,
      }
    );
  }

  function requireLength(argument: string, theta: Float64Array): Float64Array {
    if (theta.length === net.dimension) return theta;
    throw new ArgumentError(argument, `${theta.length} numbers`, `${net.dimension} numbers`);
  }
}

function polynomialFor({ target, network: { widths } }: Study) {
  if (target.kind === 'polynomial') return polynomialOf(target, widths[0]!);
  throw new ArgumentError('target.kind', target.kind, 'polynomial, for this start or risk');
}

/** The population risk is exact: what concerns samples would have no effect. */
function requireNoSamples(study: Study): void {
  const without = { test: undefined, noise: 0, standardize: false, loss: 'squared' };
  for (const [name, none] of Object.entries(without)) {
    const given = study[name as keyof typeof without];
    if (given !== none) throw new ArgumentError(name, given, `left out with the population risk`);
  }
}

function population(study: Study, net: Network) {
  const { inputs, target } = study;
  if (inputs.kind !== 'uniform' && inputs.kind !== 'grid') {
    throw new ArgumentError('inputs.kind', inputs.kind, 'uniform or grid, for its interval');
  }
  const coefficients = (): readonly number[] => {
    polynomialFor(study);
    if (target.kind === 'polynomial' && target.coefficients) return target.coefficients;
    throw new ArgumentError('target', target, 'coefficients, for the population risk');
  };
  return populationRisk(net, {
    interval: [inputs.from, inputs.to],
    target: target.kind === 'constant' ? target.value.map((y) => [y]) : coefficients(),
  });
}
