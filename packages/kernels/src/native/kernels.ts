import { ArgumentError } from '@nonsmooth/core';
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
}

const made = new Map<string, Kernels | undefined>();

/**
 * Compiled kernels with the bits of `wasmKernels()`; what they lack, they leave to those. Undefined where they were not
 * built or installed, the processor lacks the instructions, NONSMOOTH_NATIVE is `off`, or, with a warning, their first
 * results differ.
 * @throws ArgumentError for instructions (also of NONSMOOTH_NATIVE) of another name.
 */
export function nativeKernels(options: NativeOptions = {}): Kernels | undefined {
  const found = nativeFunctions(options);
  if (!found) return undefined;
  const { name, table } = found;
  if (!made.has(name)) {
    const kernels = kernelsOfBuild(name, {
      binary: simdBinary,
      accelerate: (kernel, memory, dtype) => accelerated(table[dtype], kernel, memory),
    });
    const sound = agree(kernels, wasmKernels(), options.fused !== true);
    if (!sound) warn(`the native kernels ${name} differ from the portable ones and are not used`);
    made.set(name, sound ? kernels : undefined);
  }
  return made.get(name);
}

/** The functions that the options choose, unchecked, and what kernels of them are called. @throws ArgumentError. */
export function nativeFunctions(
  options: NativeOptions,
): { readonly name: string; readonly table: NativeTable } | undefined {
  const { fused = false } = options;
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
