import { ArgumentError } from '@nonsmooth/core';
import type { Network } from '@nonsmooth/nets';
import { foldIn, normal, type Key } from '@nonsmooth/tensor';
import type { Study } from '../study.js';
import { inputsOf, type Inputs } from './inputs.js';
import { rowsOf, type Matrix } from './matrix.js';
import { targetsOf } from './targets.js';

/** Inputs with their targets. */
export interface Samples {
  readonly inputs: Matrix;
  readonly targets: Matrix;
}

/** The samples of a study. */
export interface StudySamples {
  readonly training: Samples;
  readonly test: Samples | undefined;
  /** Other samples to train on, `count` of them, drawn as the training set was. @throws ArgumentError */
  fresh(count: number, key: Key): Samples;
}

/** Kinds of inputs of which new ones can be drawn. */
const drawn: ReadonlySet<string> = new Set(['uniform', 'normal', 'moons']);

/**
 * Draws the samples of a study; `keyFor` gives a key per use.
 * @throws ArgumentError for inputs, targets and test sets that do not fit each other.
 */
export function samplesOf(
  study: Study,
  net: Network,
  keyFor: (use: number) => Key,
  teacher: Float64Array | undefined,
): StudySamples {
  const dimension = net.widths[0]!;
  const pair = (inputs: Inputs, target: Study['target'], key: Key | undefined): Samples => {
    const targets = targetsOf(target, inputs, { net, teacher, key });
    if (targets.rows === inputs.rows) return { inputs, targets };
    throw new ArgumentError('target', targets.rows, `${inputs.rows} targets, one per input`);
  };
  const all = pair(inputsOf(study.inputs, dimension, keyFor(2)), study.target, keyFor(7));
  const parts = divided(study, all);
  let { training, test } = parts;
  if (study.test?.inputs) {
    const inputs = inputsOf(study.test.inputs, dimension, keyFor(5));
    test = pair(inputs, study.test.target ?? study.target, undefined);
  }
  training = disturbed(training, study.noise, keyFor(6));
  const scale = study.standardize ? columnScale(training.inputs) : undefined;
  if (scale) {
    training = { ...training, inputs: scaled(training.inputs, scale) };
    if (test) test = { ...test, inputs: scaled(test.inputs, scale) };
  }
  return {
    training,
    test,
    fresh(count, key) {
      if (!('count' in study.inputs) || !drawn.has(study.inputs.kind)) {
        throw new ArgumentError('inputs.kind', study.inputs.kind, [...drawn].join(', '));
      }
      const inputs = inputsOf({ ...study.inputs, count }, dimension, foldIn(key, 0));
      const clean = pair(inputs, study.target, foldIn(key, 1));
      const samples = disturbed(clean, study.noise, foldIn(key, 2));
      return scale ? { ...samples, inputs: scaled(samples.inputs, scale) } : samples;
    },
  };
}

/** Without the last samples, if those are to test on. */
function divided({ test }: Study, all: Samples): { training: Samples; test: Samples | undefined } {
  if (test?.fraction === undefined) return { training: all, test: undefined };
  const { rows } = all.inputs;
  const kept = rows - Math.round(test.fraction * rows);
  if (kept < 1 || kept === rows) {
    throw new ArgumentError('test.fraction', test.fraction, 'one or more samples on both sides');
  }
  const between = (from: number, to: number): Samples => ({
    inputs: rowsOf(all.inputs, from, to),
    targets: rowsOf(all.targets, from, to),
  });
  return { training: between(0, kept), test: between(kept, rows) };
}

/** With normal noise on the targets. */
function disturbed(samples: Samples, deviation: number, key: Key): Samples {
  if (deviation === 0) return samples;
  const { targets } = samples;
  const noise = normal(key, [targets.data.length]).data;
  const data = targets.data.map((y, i) => y + deviation * noise[i]!);
  return { ...samples, targets: { ...targets, data } };
}

interface ColumnScale {
  readonly means: Float64Array;
  /** 1 for constant columns, which are only centred. */
  readonly deviations: Float64Array;
}

function columnScale({ rows, columns, data }: Matrix): ColumnScale {
  const means = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    let mean = 0;
    for (let i = j; i < data.length; i += columns) mean += data[i]! / rows;
    let variance = 0;
    for (let i = j; i < data.length; i += columns) variance += (data[i]! - mean) ** 2 / rows;
    means[j] = mean;
    deviations[j] = variance > 0 ? Math.sqrt(variance) : 1;
  }
  return { means, deviations };
}

function scaled(matrix: Matrix, { means, deviations }: ColumnScale): Matrix {
  const { columns } = matrix;
  const data = matrix.data.map((x, i) => (x - means[i % columns]!) / deviations[i % columns]!);
  return { ...matrix, data };
}
