import { ArgumentError, type Dtype } from '@nonsmooth/core';
import { relaxedSimd } from './generated/relaxedSimd.js';
import { simd } from './generated/simd.js';
import { webAssembly, type Memory, type Module } from './webassembly.js';

/** The kernels of one dtype: the exports of assembly/index.ts. Addresses and counts are unsigned 32-bit integers. */
export interface KernelFunctions {
  readonly risk: (network: number, count: number, indices: number, withGradient: number) => number;
  readonly realize: (network: number, rows: number, out: number, count: number) => void;
  readonly descend: (network: number, state: number, steps: number, learningRate: number) => number;
  readonly prepare: (state: number) => void;
  readonly hessianVector: (state: number) => void;
  readonly shallowHessian: (state: number) => void;
  readonly prepareSpline: (state: number) => number;
  readonly splineHessianVector: (state: number) => void;
  readonly splineHessian: (state: number) => void;
  readonly matmul: (
    a: number,
    b: number,
    out: number,
    m: number,
    k: number,
    n: number,
    transposeA: number,
    transposeB: number,
    add: number,
    scratch: number,
  ) => void;
  readonly unary: (f: number, x: number, out: number, count: number) => void;
  readonly binary: (
    f: number,
    x: number,
    y: number,
    yStep: number,
    out: number,
    count: number,
  ) => void;
  readonly addMultiple: (factor: number, x: number, y: number, count: number) => void;
  readonly activation: (
    name: number,
    parameter: number,
    kink: number,
    x: number,
    value: number,
    slope: number,
    count: number,
  ) => void;
  readonly sum: (x: number, count: number) => number;
  readonly dot: (x: number, y: number, count: number) => number;
  readonly largest: (x: number, count: number) => number;
  readonly sumRows: (x: number, out: number, rows: number, width: number) => void;
  readonly sumColumns: (x: number, out: number, rows: number, width: number) => void;
  readonly repeatRow: (row: number, out: number, rows: number, width: number) => void;
}

type Suffix = { readonly f64: 'F64'; readonly f32: 'F32' };

/** The functions that the module exports, once for each dtype. */
export type KernelExports = {
  readonly [Name in keyof KernelFunctions as `${Name}${Suffix[Dtype]}`]: KernelFunctions[Name];
};

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

/** Which of the compiled binaries: `relaxedSimd` has fused multiply-add. */
export type Binary = 'simd' | 'relaxedSimd';

/** A binary, and what replaces some of its functions by others that work on the same memory. */
export interface Build {
  readonly binary: Binary;
  readonly accelerate?: (kernel: KernelFunctions, memory: Memory, dtype: Dtype) => KernelFunctions;
}

const binaries: { readonly [Name in Binary]: string } = { simd, relaxedSimd };
const modules = new Map<Binary, Module>();

/**
 * The compiled module, once per process.
 * @throws ArgumentError if this engine does not know the build's instructions.
 */
export function compiledModule(binary: Binary): Module {
  let module = modules.get(binary);
  if (!module) {
    const bytes = Uint8Array.from(atob(binaries[binary]), (character) => character.charCodeAt(0));
    if (!webAssembly.validate(bytes)) {
      throw new ArgumentError('build', binary, 'instructions that this engine knows');
    }
    module = new webAssembly.Module(bytes);
    modules.set(binary, module);
  }
  return module;
}

/** First address that is free for data: the module's constants lie below, as build-wasm.mjs makes sure. */
export const firstFreeAddress = 65536;

/** The binary's instance on a memory. */
export function instantiate(binary: Binary, memory: Memory): Instance {
  const instance = new webAssembly.Instance(compiledModule(binary), { env: { memory } });
  const exports = instance.exports as KernelExports;
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
