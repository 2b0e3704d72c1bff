import { ArgumentError, type Dtype } from '@nonsmooth/core';
import type { KernelFunctions } from './generated/functions.js';
import { inflateSync } from 'fflate';
import { firstFreeAddress, tablesAddress } from './generated/constants.js';
import { simd } from './generated/simd.js';
import { webAssembly, type Memory, type Module } from './webassembly.js';

type Suffix = { readonly f64: 'F64'; readonly f32: 'F32' };

/** The functions that the module exports, once for each dtype, and what writes the tables that they read. */
export type KernelExports = {
  readonly [Name in keyof KernelFunctions as `${Name}${Suffix[Dtype]}`]: KernelFunctions[Name];
} & { readonly writeTables: () => void };

/** An instance: the kernels of every dtype. */
export type Instance = { readonly [Name in Dtype]: KernelFunctions };

/** The exports of one dtype. */
function exportsOf(exports: KernelExports, suffix: Suffix[Dtype]): KernelFunctions {
  const all = exports as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(all)
      .filter((name) => name.endsWith(suffix))
      .map((name) => [name.slice(0, -suffix.length), all[name]]),
  ) as unknown as KernelFunctions;
}

/** A compiled binary as it is shipped. */
export interface Binary {
  readonly name: string;
  /** Deflated, in base64. */
  readonly text: string;
}

/** Without fused multiply-add: fully specified. */
export const simdBinary: Binary = { name: 'simd', text: simd };

/** A binary, and what replaces some of its functions by others that work on the same memory. */
export interface Build {
  readonly binary: Binary;
  readonly accelerate?: (kernel: KernelFunctions, memory: Memory, dtype: Dtype) => KernelFunctions;
}

/** What base64 stands for. */
function bytesOf(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

const modules = new Map<Binary, Module>();

/**
 * The compiled module, once per process.
 * @throws ArgumentError if this engine does not know the build's instructions.
 */
export function compiledModule(binary: Binary): Module {
  let module = modules.get(binary);
  if (!module) {
    const bytes = inflateSync(bytesOf(binary.text));
    if (!webAssembly.validate(bytes)) {
      throw new ArgumentError('build', binary.name, 'instructions that this engine knows');
    }
    module = new webAssembly.Module(bytes);
    modules.set(binary, module);
  }
  return module;
}

/** Rows of the tables of elementary functions, as the first instance wrote them: the same in every memory. */
let tables: Uint8Array | undefined;

/** The binary's instance on a memory, tables included. */
export function instantiate(binary: Binary, memory: Memory): Instance {
  const instance = new webAssembly.Instance(compiledModule(binary), { env: { memory } });
  const exports = instance.exports as KernelExports;
  const place = new Uint8Array(memory.buffer, tablesAddress, firstFreeAddress - tablesAddress);
  if (tables) {
    place.set(tables);
  } else {
    exports.writeTables();
    tables = place.slice();
  }
  return { f64: exportsOf(exports, 'F64'), f32: exportsOf(exports, 'F32') };
}

/** The kernels of one dtype for one problem in a memory that others may share. */
export function openKernels(
  { accelerate }: Build,
  instance: Instance,
  memory: Memory,
  dtype: Dtype,
): KernelFunctions {
  const kernel = instance[dtype];
  return accelerate ? accelerate(kernel, memory, dtype) : kernel;
}
