import type { Dtype } from '@nonsmooth/core';
import { requireFrom } from './host.js';

/**
 * Kernels of native/ for one dtype: as those of the WebAssembly module (see wasm/module.ts), on a memory that is passed
 * first. They return undefined for what they leave to that module, having changed nothing that it would not overwrite.
 * `threads` is how many threads may share a call that is large enough.
 */
export interface NativeFunctions {
  /** Whether they have what the network needs: the risk of batches, or of all samples. */
  computes(memory: Uint8Array, network: number, batch: number): true | undefined;
  risk(
    memory: Uint8Array,
    network: number,
    count: number,
    indices: number,
    withGradient: number,
    threads: number,
  ): number | undefined;
  realize(
    memory: Uint8Array,
    network: number,
    rows: number,
    out: number,
    count: number,
  ): true | undefined;
  /** Undefined also if only some of the steps were done; the state counts them. */
  descend(
    memory: Uint8Array,
    network: number,
    state: number,
    steps: number,
    learningRate: number,
    threads: number,
  ): number | undefined;
  prepare(memory: Uint8Array, state: number): true | undefined;
  hessianVector(memory: Uint8Array, state: number): true | undefined;
  matmul(
    memory: Uint8Array,
    a: number,
    b: number,
    out: number,
    m: number,
    k: number,
    n: number,
    transposeA: number,
    transposeB: number,
    add: number,
  ): true | undefined;
  /** 12·steps multiplications and additions of vectors that stay in registers; see wasm/peak.ts. */
  peak(steps: number): number;
  readonly vectorBytes: number;
}

/** The name of a set of vector instructions that the native kernels were compiled for. */
export type InstructionSet = 'avx512' | 'avx2';

/** Instruction sets that the kernels are compiled for, the best first. */
export const instructionSets: readonly InstructionSet[] = ['avx512', 'avx2'];

/** The kernels for one instruction set. */
export type NativeTable = { readonly [Name in Dtype]: NativeFunctions };

/** What the add-on exports: the tables that this machine can run. */
export type Addon = { readonly [Name in InstructionSet | `${InstructionSet}Fused`]?: NativeTable };

/** The one that was built here, and the published one. */
const places = ['#native', '@nonsmooth/kernels-linux-x64'];

let loaded: Addon | undefined;

/** The add-on, loaded once; without tables where there is none. */
export function nativeAddon(): Addon {
  if (!loaded) {
    loaded = {};
    for (const place of places) {
      try {
        loaded = requireFrom(import.meta.url, place) as Addon;
        break;
      } catch {
        // not there, or not for this machine
      }
    }
  }
  return loaded;
}
