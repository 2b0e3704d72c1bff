import { ArgumentError } from '../errors.js';
import { relaxedSimd } from './generated/relaxedSimd.js';
import { simd } from './generated/simd.js';
import { webAssembly, type Memory, type Module } from './webassembly.js';

/** What assembly/index.ts exports. Addresses and counts are unsigned 32-bit integers. */
export interface KernelExports {
  readonly riskF64: Risk;
  readonly riskF32: Risk;
  readonly realizeF64: Realize;
  readonly realizeF32: Realize;
  readonly multiplyAddsF64: (steps: number) => number;
  readonly multiplyAddsF32: (steps: number) => number;
  readonly matmulF64: Matmul;
  readonly matmulF32: Matmul;
}

type Risk = (network: number, count: number, indices: number, withGradient: number) => number;

type Realize = (network: number, rows: number, out: number, count: number) => void;

type Matmul = (
  a: number,
  b: number,
  out: number,
  m: number,
  k: number,
  n: number,
  panel: number,
  tile: number,
) => void;

export type Build = 'simd' | 'relaxedSimd';

const binaries: { readonly [Name in Build]: string } = { simd, relaxedSimd };
const modules = new Map<Build, Module>();

/**
 * The compiled module, once per process.
 * @throws ArgumentError if this engine does not know the build's instructions.
 */
export function compiledModule(build: Build): Module {
  let module = modules.get(build);
  if (!module) {
    const bytes = Uint8Array.from(atob(binaries[build]), (character) => character.charCodeAt(0));
    if (!webAssembly.validate(bytes)) {
      throw new ArgumentError('build', build, 'WebAssembly features that this engine supports');
    }
    module = new webAssembly.Module(bytes);
    modules.set(build, module);
  }
  return module;
}

/** First address that is free for data: the module's constants lie below. */
export const firstFreeAddress = 16384;

/** An instance with its own memory. */
export function instantiate(build: Build, memory: Memory): KernelExports {
  const instance = new webAssembly.Instance(compiledModule(build), { env: { memory } });
  return instance.exports as KernelExports;
}
