import { ArgumentError } from '@nonsmooth/core';
import type { Network } from '@nonsmooth/nets';
import { FormatError, readSafetensors } from '@nonsmooth/tensor/formats';
import type { Tensor } from '@nonsmooth/tensor';
import { readFileSync } from 'node:fs';
import type { SavedStatistics } from './running-statistics.js';

/** Parameters of a network, and the running statistics of its normalization if the file has them. */
export interface SavedParameters {
  readonly theta: Float64Array;
  readonly statistics: SavedStatistics | undefined;
}

/** The tensors of one module of PyTorch: `fc1.weight` and `fc1.bias` are those of `fc1`. */
type Module = ReadonlyMap<string, Tensor>;

/** The modules of a file that hold parameters. */
interface Modules {
  readonly layers: readonly (readonly [string, Module])[];
  readonly normalizations: readonly (readonly [string, Module])[];
  /** The entries of a module's tensor, which must have this shape and be finite. */
  readonly entries: (
    module: readonly [string, Module],
    part: string,
    shape: readonly number[],
  ) => ArrayLike<number>;
  /** Says what the file should be. */
  readonly refuse: (allowed: string) => never;
}

/**
 * Reads the parameters of a fully connected network from a `.safetensors` file of a `state_dict`, as PyTorch or the lab
 * write them: modules with a matrix `weight` are the affine layers, in the order of the numbers in their names; one with a
 * vector `weight` is the normalization of the input. Other tensors of the lab are passed over.
 * @throws ArgumentError that names the file and what does not fit.
 */
export function readStateDict(argument: string, path: string, net: Network): SavedParameters {
  const { layers, normalizations, entries, refuse } = modulesIn(argument, path);
  const expected = net.widths.length - 1;
  if (layers.length !== expected) {
    const found = layers.map(([name]) => name).join(', ');
    refuse(`${expected} layers with a weight matrix; it has ${found === '' ? 'none' : found}`);
  }
  if (normalizations.length !== (net.batchNormalization ? 1 : 0)) {
    const found = normalizations.map(([name]) => name).join(', ') || 'none';
    refuse(`${net.batchNormalization ? 'one normalization' : 'no normalization'}; it has ${found}`);
  }
  const theta = new Float64Array(net.dimension);
  for (const { name, offset, shape } of net.layout) {
    const isNormalization = name === 'gamma' || name === 'beta';
    const module = isNormalization ? normalizations[0]! : layers[Number(name.slice(1)) - 1]!;
    const part = name.startsWith('W') || name === 'gamma' ? 'weight' : 'bias';
    theta.set(entries(module, part, shape), offset);
  }
  return { theta, statistics: normalizations[0] && statisticsIn(normalizations[0][1]) };
}

/** Scale and shift of a normalization, one after the other, and its running statistics. */
export interface SavedNormalization {
  readonly scaleAndShift: Float64Array;
  readonly statistics: SavedStatistics | undefined;
}

/**
 * Reads the normalization of `width` inputs from such a file, whatever layers follow it.
 * @throws ArgumentError that names the file and what does not fit.
 */
export function readNormalization(
  argument: string,
  path: string,
  width: number,
): SavedNormalization {
  const { normalizations, entries, refuse } = modulesIn(argument, path);
  const [module] = normalizations;
  if (!module || normalizations.length > 1) {
    return refuse(
      `one normalization; it has ${normalizations.map(([name]) => name).join(', ') || 'none'}`,
    );
  }
  const scaleAndShift = new Float64Array(2 * width);
  scaleAndShift.set(entries(module, 'weight', [width]));
  scaleAndShift.set(entries(module, 'bias', [width]), width);
  return { scaleAndShift, statistics: statisticsIn(module[1]) };
}

function modulesIn(argument: string, path: string): Modules {
  const refuse = (allowed: string): never => {
    throw new ArgumentError(argument, path, allowed);
  };
  let tensors: ReadonlyMap<string, Tensor>;
  try {
    ({ tensors } = readSafetensors(readFileSync(path)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof FormatError) return refuse(error.message);
    if (code === undefined) throw error;
    return refuse(`a file that can be read (${code})`);
  }
  const modules = modulesOf(tensors);
  return {
    layers: modules.filter(([, one]) => one.get('weight')?.shape.length === 2),
    normalizations: modules.filter(([, one]) => one.get('weight')?.shape.length === 1),
    entries([module, parts], part, shape) {
      const found = parts.get(part) ?? refuse(`a tensor ${module}.${part}`);
      if (found.shape.join() !== shape.join()) {
        refuse(`${module}.${part} of shape [${shape.join(', ')}], not [${found.shape.join(', ')}]`);
      }
      if (!found.data.every(Number.isFinite)) refuse(`finite numbers in ${module}.${part}`);
      return found.data;
    },
    refuse,
  };
}

/** Modules in the order of their names, numbers in them by value. */
function modulesOf(tensors: ReadonlyMap<string, Tensor>): readonly (readonly [string, Module])[] {
  const modules = new Map<string, Map<string, Tensor>>();
  for (const [name, one] of tensors) {
    const dot = name.lastIndexOf('.');
    const module = dot < 0 ? '' : name.slice(0, dot);
    modules.set(module, (modules.get(module) ?? new Map()).set(name.slice(dot + 1), one));
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...modules].toSorted(([a], [b]) => compare(a, b));
}

function statisticsIn(module: Module): SavedStatistics | undefined {
  const [mean, variance] = [module.get('running_mean'), module.get('running_var')];
  if (!mean || !variance) return undefined;
  return {
    mean: Float64Array.from(mean.data),
    variance: Float64Array.from(variance.data),
    batches: module.get('num_batches_tracked')?.data[0] ?? 0,
  };
}
