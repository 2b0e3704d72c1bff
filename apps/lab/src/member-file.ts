import type { FloatArray } from '@nonsmooth/core';
import { ArgumentError } from '@nonsmooth/core';
import { writeWhole } from '@nonsmooth/apps-shared';
import type { Network } from '@nonsmooth/nets';
import { fromData, type Tensor } from '@nonsmooth/tensor';
import type { Flow, FlowCheckpoint, KinkRecord } from '@nonsmooth/flows';
import { FormatError, readSafetensors, writeSafetensors } from '@nonsmooth/tensor/formats';
import { readFileSync } from 'node:fs';
import type { SavedStatistics } from './running-statistics.js';

/** What is known of a member besides its columns and arrays. */
export interface Facts {
  /** unfinished: a checkpoint, to go on from. */
  readonly status: 'unfinished' | 'finished' | 'stopped' | 'failed';
  readonly reason: string;
  /** d, the length of θ. */
  readonly parameters: number;
  /** Gradients, those of rejected steps included. */
  readonly gradients: number;
  /** Steps of a descent so far; accepted steps of a flow. */
  readonly steps: number;
  /** sup ‖θ‖ over the saved times, and when it was reached; NaN if norms were not recorded. */
  readonly largestNorm: number;
  readonly largestNormAt: number;
  readonly verdict: 'converges' | 'diverges' | 'undecided';
  readonly evidence: string;
  /** SHA-256 of the last parameters, bit for bit. */
  readonly thetaHash: string;
  /** What the dynamics met on their way, such as kinks, as JSON. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Everything that is kept of a member. */
export interface MemberFile {
  readonly facts: Facts;
  /** One row per saved time, t first. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** The last parameters. */
  readonly theta: FloatArray;
  /** Parameters at the times or steps that the study asks for, as far as it has come. */
  readonly kept?: ReadonlyMap<number, FloatArray> | undefined;
  /** What a descent needs to go on: the averages and buffers of its rule. */
  readonly moments: readonly FloatArray[];
  /** Running statistics of a normalized input. */
  readonly statistics?: SavedStatistics | undefined;
  /** What a flow needs to go on, and what it has saved so far: it is judged by all of it. */
  readonly checkpoint?: FlowCheckpoint | undefined;
  readonly trail?: Trail | undefined;
  /** What the watch of kinks needs to go on. */
  readonly kinks?: KinkRecord | undefined;
}

/** States that a flow has saved, with their times, losses and speeds. */
export type Trail = Pick<Flow, 't' | 'y' | 'loss' | 'speed'>;

type Progress = Pick<MemberFile, 'checkpoint' | 'kinks'>;

const numbers = ['parameters', 'gradients', 'steps', 'largestNorm', 'largestNormAt'] as const;

/** Writes a member as one `.safetensors` file, whole or not at all. */
export function writeMember(path: string, net: Network, member: MemberFile): void {
  writeWhole(path, memberBytes(net, member));
}

/**
 * The content of a member's file: parameters under the names of PyTorch's `state_dict` of a sequence `layers` of affine
 * layers, columns and moments beside them, facts as metadata.
 */
export function memberBytes(net: Network, member: MemberFile): Uint8Array {
  const arrays = stateOf(net, member.theta);
  if (member.statistics) {
    const { mean, variance, batches } = member.statistics;
    arrays.push(
      ['normalization.running_mean', fromData(mean, [mean.length])],
      ['normalization.running_var', fromData(variance, [variance.length])],
      ['normalization.num_batches_tracked', fromData(Float64Array.of(batches), [])],
    );
  }
  for (const [name, values] of member.columns) {
    arrays.push([`columns.${name}`, fromData(values, [values.length])]);
  }
  member.moments.forEach((moment, k) => {
    arrays.push([`moments.${k}`, fromData(moment, [moment.length])]);
  });
  for (const [t, theta] of member.kept ?? []) {
    arrays.push([`kept.${t}`, fromData(theta, [theta.length])]);
  }
  if (member.trail) arrays.push(...trailArrays(member.trail));
  const facts = JSON.stringify(member.facts, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  const { checkpoint, kinks } = member;
  const progress = (checkpoint ?? kinks) && JSON.stringify({ checkpoint, kinks });
  return writeSafetensors(arrays, { facts, ...(progress && { progress }) });
}

/** Parameters under the names of PyTorch's `state_dict`. */
export function stateOf(net: Network, theta: FloatArray): [string, Tensor][] {
  return net.layout.map(({ name, offset, shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return [stateName(name), fromData(theta.slice(offset, offset + size), shape)];
  });
}

/** Reads what `writeMember` wrote. @throws ArgumentError for a file that is damaged or cannot be read. */
export function readMember(path: string): MemberFile {
  const damaged = (why: string): ArgumentError =>
    new ArgumentError(
      'member',
      path,
      `an unmodified file; delete it to recompute this member (${why})`,
    );
  try {
    return memberFrom(readFileSync(path));
  } catch (error) {
    if (error instanceof FormatError || error instanceof SyntaxError) throw damaged(error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw damaged(code);
  }
}

/** Reads the content of a member's file. @throws FormatError, SyntaxError for bytes that are damaged. */
export function memberFrom(bytes: Uint8Array): MemberFile {
  const { tensors, metadata } = readSafetensors(bytes);
  const facts = JSON.parse(metadata['facts'] ?? '') as Record<string, unknown>;
  for (const name of numbers) facts[name] = Number(facts[name]);
  const under = (prefix: string): [string, FloatArray][] =>
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { data }]) => [name.slice(prefix.length), data]);
  const parts = [...tensors].filter(([name]) => !beside.test(name));
  return {
    facts: facts as unknown as Facts,
    columns: new Map(under('columns.') as [string, Float64Array][]),
    theta: joined(parts.map(([, { data }]) => data)),
    moments: under('moments.').map(([, values]) => values),
    kept: keptIn(under('kept.')),
    statistics: statisticsIn(tensors),
    trail: trailIn(tensors),
    ...(metadata['progress'] !== undefined && (JSON.parse(metadata['progress']) as Progress)),
  };
}

/** What stands beside parameters: PyTorch's buffers of a normalization, and what the lab keeps. */
const beside =
  /^(columns|moments|trail|kept)\.|(^|\.)(running_mean|running_var|num_batches_tracked)$/;

function keptIn(found: [string, FloatArray][]): MemberFile['kept'] {
  return found.length > 0 ? new Map(found.map(([t, theta]) => [Number(t), theta])) : undefined;
}

function statisticsIn(tensors: ReadonlyMap<string, Tensor>): SavedStatistics | undefined {
  const named = (ending: string): Float64Array | undefined => {
    const found = [...tensors].find(([name]) => name === ending || name.endsWith(`.${ending}`));
    return found && Float64Array.from(found[1].data);
  };
  const [mean, variance] = [named('running_mean'), named('running_var')];
  if (!mean || !variance) return undefined;
  return { mean, variance, batches: named('num_batches_tracked')?.[0] ?? 0 };
}

const trailNames = ['t', 'loss', 'speed'] as const;

function trailArrays(trail: Trail): [string, Tensor][] {
  const rows = trail.y.length;
  const dimension = trail.y[0]?.length ?? 0;
  const states = new Float64Array(rows * dimension);
  trail.y.forEach((state, i) => states.set(state, i * dimension));
  return [
    ...trailNames.map((name): [string, Tensor] => [`trail.${name}`, fromData(trail[name], [rows])]),
    ['trail.theta', fromData(states, [rows, dimension])],
  ];
}

function trailIn(tensors: ReadonlyMap<string, Tensor>): Trail | undefined {
  const states = tensors.get('trail.theta');
  if (!states) return undefined;
  const [rows, dimension] = states.shape as [number, number];
  const [t, loss, speed] = trailNames.map((name) =>
    Float64Array.from(tensors.get(`trail.${name}`)!.data),
  ) as [Float64Array, Float64Array, Float64Array];
  const y = Array.from({ length: rows }, (_, i) =>
    Float64Array.from(states.data.subarray(i * dimension, (i + 1) * dimension)),
  );
  return { t, loss, speed, y };
}

/** W2 → layers.1.weight */
function stateName(name: string): string {
  if (name === 'gamma') return 'normalization.weight';
  if (name === 'beta') return 'normalization.bias';
  return `layers.${Number(name.slice(1)) - 1}.${name.startsWith('W') ? 'weight' : 'bias'}`;
}

/** Arrays one after another; in the order in which `writeMember` wrote them, they are θ. */
function joined(parts: readonly FloatArray[]): FloatArray {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const out =
    parts[0] instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
