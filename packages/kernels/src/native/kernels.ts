import {
  ArgumentError,
  requireBoolean,
  requireKnownOptions,
  type OptionNames,
} from '@nonsmooth/core';
import type { Kernels } from '../kernels.js';
import { kernelsOfBuild, wasmKernels } from '../wasm/kernels.js';
import { accelerated } from './accelerate.js';
import { instructionSets, nativeAddon, type InstructionSet, type NativeTable } from './addon.js';
import { simdBinary } from '../wasm/module.js';
import { environmentVariable, warn } from './host.js';
import { agree } from './self-check.js';

/** Options of the native kernels. */
export interface NativeOptions {
  /**
   * Multiply and add with one rounding: up to 1.4 times as fast on wide layers, twice on processors that multiply and add
   * with the same units. Other last bits than those of the portable kernels, but the same on every machine that has
   * the instruction. Default false.
   */
  readonly fused?: boolean;
  /** Default: the best that this machine has, or what the environment variable NONSMOOTH_NATIVE names. */
  readonly instructions?: InstructionSet;
  /**
   * Threads that share one risk, gradient or descent step that takes more than about 0.3 ms, 1 to 256: for one large
   * problem at a time. The bits do not depend on it. Default 1, or what the environment variable NONSMOOTH_THREADS says.
   */
  readonly threads?: number;
}

const optionNames: OptionNames<NativeOptions> = { fused: true, instructions: true, threads: true };

/** Most threads that share a call. */
const mostThreads = 256;

/** By name; those of several threads are the same functions. */
const made = new Map<string, Kernels>();
const sound = new Map<string, boolean>();

/**
 * Compiled kernels with the bits of `wasmKernels()`; what they lack, they leave to those. Undefined where they were not
 * built or installed, the processor lacks the instructions, NONSMOOTH_NATIVE is `off`, or, with a warning, their first
 * results differ.
 * @throws ArgumentError for instructions (also of NONSMOOTH_NATIVE) of another name, or numbers of threads (also of
 * NONSMOOTH_THREADS) that are not allowed.
 */
export function nativeKernels(options: NativeOptions = {}): Kernels | undefined {
  const found = nativeFunctions(options);
  const threads = requireThreads('threads', options.threads) ?? threadsFromEnvironment() ?? 1;
  if (!found) return undefined;
  const name = threads === 1 ? found.name : `${found.name}, ${threads} threads`;
  const known = made.get(name);
  if (known) return known;
  const kernels = kernelsOfBuild(name, {
    binary: simdBinary,
    accelerate: (kernel, memory, dtype) => accelerated(found.table[dtype], kernel, memory, threads),
  });
  if (!isSound(found.name, kernels, options.fused !== true)) return undefined;
  made.set(name, kernels);
  return kernels;
}

/** Whether functions of this name agree with the portable ones: asked once, answered with a warning if not. */
function isSound(name: string, kernels: Kernels, exactly: boolean): boolean {
  let agrees = sound.get(name);
  if (agrees === undefined) {
    agrees = agree(kernels, wasmKernels(), exactly);
    if (!agrees) warn(`the native kernels ${name} differ from the portable ones and are not used`);
    sound.set(name, agrees);
  }
  return agrees;
}

function requireThreads(argument: string, threads: number | undefined): number | undefined {
  if (threads === undefined) return undefined;
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new ArgumentError(argument, threads, `integers from 1 to ${mostThreads}`);
  }
  return threads;
}

function threadsFromEnvironment(): number | undefined {
  const value = environmentVariable('NONSMOOTH_THREADS');
  if (value === undefined || value === '') return undefined;
  return requireThreads('NONSMOOTH_THREADS', Number(value));
}

/** The functions that the options choose, unchecked, and what kernels of them are called. @throws ArgumentError. */
export function nativeFunctions(
  options: NativeOptions,
): { readonly name: string; readonly table: NativeTable } | undefined {
  requireKnownOptions('options', options, optionNames);
  const { fused = false } = options;
  requireBoolean('fused', fused);
  const instructions = options.instructions ?? fromEnvironment();
  if (instructions === 'off') return undefined;
  if (instructions !== undefined && !instructionSets.includes(instructions)) {
    throw new ArgumentError('instructions', instructions, instructionSets.join(', '));
  }
  const addon = nativeAddon();
  const suffix = fused ? 'Fused' : '';
  const candidates = instructions ? [instructions] : instructionSets;
  const set = candidates.find((one) => addon[`${one}${suffix}` as const]);
  const table = set && addon[`${set}${suffix}` as const];
  return table && { name: `native-${set}${fused ? '-fused' : ''}`, table };
}

function fromEnvironment(): InstructionSet | 'off' | undefined {
  const value = environmentVariable('NONSMOOTH_NATIVE');
  if (value === undefined || value === '') return undefined;
  if (value !== 'off' && !(instructionSets as readonly string[]).includes(value)) {
    throw new ArgumentError('NONSMOOTH_NATIVE', value, ['off', ...instructionSets].join(', '));
  }
  return value as InstructionSet | 'off';
}
