import type { Objective, SampledObjective } from '@nonsmooth/autodiff';
import { evaluatePolynomial, polynomialRealization, univariate } from '@nonsmooth/flows';
import { ArgumentError, type DescentOptions } from '@nonsmooth/core';
import {
  empiricalRisk,
  heNormal,
  initialize,
  network,
  normalWeights,
  populationRisk,
  realize,
  xavierUniform,
  type Network,
} from '@nonsmooth/nets';
import { foldIn, key, normal, uniform, type Key } from '@nonsmooth/tensor';
import type { Member } from './members.js';
import type { Study } from './study.js';

/** What a member's dynamics start from. */
export interface Problem {
  readonly net: Network;
  readonly risk: Objective | (SampledObjective & { dispose(): void });
  readonly theta0: Float64Array;
  /** For random batches. */
  readonly batchKey: Key;
}

/** Releases the memory of its risk. */
export function disposeOf({ risk }: Problem): void {
  if ('dispose' in risk) risk.dispose();
}

/** Random batches of a size, if any. @throws ArgumentError for a risk that is no mean over samples. */
export function batchesOf(
  { risk, batchKey }: Problem,
  size: number | undefined,
): DescentOptions['batch'] | undefined {
  if (size === undefined) return undefined;
  if ('batchGradient' in risk) return { size, key: batchKey };
  throw new ArgumentError('dynamics.batch', size, 'no batches, or an empirical risk');
}

/** Builds network, risk and start; everything random is a function of the seed and the number of the start. */
export function problemOf({ study, start: number }: Member): Problem {
  const keyFor = (use: number): Key => foldIn(foldIn(key(study.seed), number), use);
  const { start, target } = study;
  const realization =
    start.kind === 'realization'
      ? polynomialRealization(univariate(coefficientsOf(study)), study.network.activation, {
          h: start.h,
        })
      : undefined;
  const { widths, ...architecture } = study.network;
  const net = realization?.network ?? network(widths, architecture);
  const teacher =
    target.kind === 'teacher'
      ? (normal(keyFor(1), [net.dimension], { standardDeviation: target.deviation })
          .data as Float64Array)
      : undefined;
  const risk =
    study.risk === 'population' ? population(study, net) : sampled(study, net, keyFor(2), teacher);
  return { net, risk, theta0: realization?.theta ?? startOf(), batchKey: keyFor(3) };

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
          normal: normalWeights(start.deviation),
        }[start.weights];
        const biases = start.biases > 0 ? { biases: normalWeights(start.biases) } : {};
        return initialize(net, weights, keyFor(4), biases);
      }
      default:
        throw new ArgumentError('start.kind', start.kind, 'a known kind');
    }
  }
}

function coefficientsOf({ target }: Study): readonly number[] {
  if (target.kind === 'polynomial') return target.coefficients;
  throw new ArgumentError('target.kind', target.kind, 'polynomial, for this start or risk');
}

function sampled(study: Study, net: Network, drawKey: Key, teacher: Float64Array | undefined) {
  const { inputs: given, target } = study;
  const dimension = net.widths[0]!;
  const rows: readonly (readonly number[])[] = (() => {
    switch (given.kind) {
      case 'grid': {
        if (dimension !== 1) throw new ArgumentError('inputs.kind', 'grid', 'one input');
        const { count, from, to } = given;
        return Array.from({ length: count }, (_, i) => [from + ((to - from) * i) / (count - 1)]);
      }
      case 'values':
        return given.values;
      default: {
        const shape = [given.count, dimension];
        const { data } =
          given.kind === 'normal'
            ? normal(drawKey, shape)
            : uniform(drawKey, shape, { low: given.from, high: given.to });
        return Array.from({ length: given.count }, (_, s) =>
          Array.from(data.subarray(s * dimension, (s + 1) * dimension)),
        );
      }
    }
  })();
  const targets = ((): number[][] => {
    switch (target.kind) {
      case 'polynomial': {
        if (dimension !== 1) throw new ArgumentError('target.kind', target.kind, 'one input');
        const polynomial = univariate(target.coefficients);
        return rows.map(([x]) => [evaluatePolynomial(polynomial, [x!])]);
      }
      case 'constant':
        return rows.map(() => target.value);
      case 'sine':
        return rows.map(([x]) => [Math.sin(target.frequency * x!)]);
      case 'teacher': {
        const outputs = net.widths.at(-1)!;
        const { data } = realize(net, teacher!, rows);
        return rows.map((_, s) => Array.from(data.subarray(s * outputs, (s + 1) * outputs)));
      }
      default:
        return target.values;
    }
  })();
  return empiricalRisk(net, { inputs: rows, targets });
}

function population(study: Study, net: Network) {
  const { inputs, target } = study;
  if (inputs.kind !== 'uniform' && inputs.kind !== 'grid') {
    throw new ArgumentError('inputs.kind', inputs.kind, 'uniform or grid, for its interval');
  }
  return populationRisk(net, {
    interval: [inputs.from, inputs.to],
    target: target.kind === 'constant' ? target.value.map((y) => [y]) : coefficientsOf(study),
  });
}
