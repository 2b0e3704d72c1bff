import type { Objective, SampledObjective } from '@nonsmooth/autodiff';
import { ArgumentError } from '@nonsmooth/core';
import { polynomialRealization } from '@nonsmooth/flows';
import {
  empiricalRisk,
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
import { foldIn, fromData, key, normal, type Key } from '@nonsmooth/tensor';
import { inputsOf, type Inputs } from './data/inputs.js';
import { rowsOf, type Matrix } from './data/matrix.js';
import { polynomialOf, targetsOf } from './data/targets.js';
import { readMember } from './member-file.js';
import type { Member } from './members.js';
import type { Study } from './study.js';

/** What a member's dynamics start from. */
export interface Problem {
  readonly net: Network;
  readonly risk: Objective | (SampledObjective & { dispose(): void });
  /** The same loss on samples that are not trained on. */
  readonly test: EmpiricalRisk | undefined;
  readonly theta0: Float64Array;
  /** For random batches. */
  readonly batchKey: Key;
}

/** Releases the memory of its risks. */
export function disposeOf({ risk, test }: Problem): void {
  if ('dispose' in risk) risk.dispose();
  test?.dispose();
}

interface Samples {
  readonly inputs: Matrix;
  readonly targets: Matrix;
}

/** Builds network, risk and start; everything random is a function of the seed and the number of the start. */
export function problemOf({ study, start: number }: Member): Problem {
  const keyFor = (use: number): Key => foldIn(foldIn(key(study.seed), number), use);
  const { start, target } = study;
  const { widths, activation, parameter, batchNormalization, dtype } = study.network;
  const realization =
    start.kind === 'realization'
      ? polynomialRealization(polynomialFor(study), activation, { h: start.h })
      : undefined;
  const net =
    realization?.network ??
    network(widths, {
      activation: parameter === undefined ? activation : { name: activation, parameter },
      batchNormalization,
    });
  const teacher =
    target.kind === 'teacher'
      ? Float64Array.from(
          normal(keyFor(1), [net.dimension], { standardDeviation: target.deviation }).data,
        )
      : undefined;
  const theta0 = realization?.theta ?? startOf();
  const batchKey = keyFor(3);
  if (study.risk === 'population') {
    if (study.test) throw new ArgumentError('test', study.test, 'none with the population risk');
    return { net, risk: population(study, net), test: undefined, theta0, batchKey };
  }
  const { training, test } = samplesOf(study, net, keyFor, teacher);
  const loss =
    typeof study.loss === 'string'
      ? study.loss
      : {
          name: study.loss.name,
          ...(study.loss.parameter !== undefined && { parameter: study.loss.parameter }),
        };
  const riskOf = ({ inputs, targets }: Samples): EmpiricalRisk =>
    empiricalRisk(
      net,
      {
        inputs: fromData(inputs.data, [inputs.rows, inputs.columns]),
        targets: fromData(targets.data, [targets.rows, targets.columns]),
        loss,
      },
      { dtype },
    );
  return { net, risk: riskOf(training), test: test && riskOf(test), theta0, batchKey };

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
        return initialize(net, weights, keyFor(4), biases);
      }
      case 'values':
        return requireLength('start.values', Float64Array.from(start.values));
      case 'file':
        return requireLength('start.file', Float64Array.from(readMember(start.file).theta));
      default:
        throw new ArgumentError('start.kind', start.kind, 'a known kind');
    }
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

function samplesOf(
  study: Study,
  net: Network,
  keyFor: (use: number) => Key,
  teacher: Float64Array | undefined,
): { training: Samples; test: Samples | undefined } {
  const dimension = net.widths[0]!;
  const draw = (inputs: Inputs, target: Study['target']): Samples => {
    const targets = targetsOf(target, inputs, net, teacher);
    if (targets.rows === inputs.rows) return { inputs, targets };
    throw new ArgumentError('targets', targets.rows, `as many as there are inputs, ${inputs.rows}`);
  };
  const drawn = draw(inputsOf(study.inputs, dimension, keyFor(2)), study.target);
  let training = drawn;
  let test: Samples | undefined;
  if (study.test?.fraction !== undefined) {
    const kept = drawn.inputs.rows - Math.round(study.test.fraction * drawn.inputs.rows);
    if (kept < 1 || kept === drawn.inputs.rows) {
      throw new ArgumentError(
        'test.fraction',
        study.test.fraction,
        'one or more samples on both sides',
      );
    }
    const between = (from: number, to: number): Samples => ({
      inputs: rowsOf(drawn.inputs, from, to),
      targets: rowsOf(drawn.targets, from, to),
    });
    training = between(0, kept);
    test = between(kept, drawn.inputs.rows);
  } else if (study.test?.inputs) {
    const inputs = inputsOf(study.test.inputs, dimension, keyFor(5));
    test = draw(inputs, study.test.target ?? study.target);
  }
  if (study.noise > 0) {
    const noise = normal(keyFor(6), [training.targets.data.length]).data;
    const data = training.targets.data.map((y, i) => y + study.noise * noise[i]!);
    training = { ...training, targets: { ...training.targets, data } };
  }
  if (study.standardize) {
    const { inputs } = training;
    training = { ...training, inputs: standardized(inputs, inputs) };
    if (test) test = { ...test, inputs: standardized(test.inputs, inputs) };
  }
  return { training, test };
}

/** Columns minus mean over deviation of those of `by`; constant columns are only centred. */
function standardized(matrix: Matrix, by: Matrix): Matrix {
  const { columns } = by;
  const data = matrix.data.slice();
  for (let j = 0; j < columns; j++) {
    let mean = 0;
    for (let i = j; i < by.data.length; i += columns) mean += by.data[i]! / by.rows;
    let variance = 0;
    for (let i = j; i < by.data.length; i += columns)
      variance += (by.data[i]! - mean) ** 2 / by.rows;
    const deviation = variance > 0 ? Math.sqrt(variance) : 1;
    for (let i = j; i < data.length; i += columns) data[i] = (data[i]! - mean) / deviation;
  }
  return { ...matrix, data };
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
