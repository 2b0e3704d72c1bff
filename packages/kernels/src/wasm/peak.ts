import { requireDtype, type Dtype } from '@nonsmooth/core';
import { elementBytes } from './arena.js';
import { webAssembly } from './webassembly.js';

/**
 * The limit of portable 128-bit SIMD that kernels are measured against: 12·steps multiplications and as many
 * additions a ← a/2 + 1/4 of vectors that never leave the registers. `run(steps)` does them and returns the sum of
 * the chains' first lanes, 1/2 each once steps > 60; `operations(steps)` says how many floating-point operations
 * that is.
 */
export interface PeakLoop {
  run(steps: number): number;
  operations(steps: number): number;
}

// Assembled by hand: compiled, the constants are folded into the loop, and loading them there costs 5 % and more.
// Twelve independent chains hide the latency of multiplication and addition.
const accumulators = 12;

/** The register-only loop in the given dtype. */
export function peakLoop(dtype: Dtype): PeakLoop {
  requireDtype('dtype', dtype);
  const memory = new webAssembly.Memory({ initial: 0, maximum: 0 });
  const module = new webAssembly.Module(assemble(instructions[dtype]));
  const { loop } = new webAssembly.Instance(module, { env: { memory } }).exports as {
    readonly loop: (count: number) => number;
  };
  return {
    run: (steps) => loop(steps),
    operations: (steps) => (steps * accumulators * 2 * 16) / elementBytes[dtype],
  };
}

/** Binary encodings, WebAssembly core specification 2.0, section 5.4. */
interface Instructions {
  readonly valueType: number;
  readonly constant: (value: number) => readonly number[];
  readonly splat: readonly number[];
  readonly multiply: readonly number[];
  readonly addLanes: readonly number[];
  readonly firstLane: readonly number[];
  readonly add: readonly number[];
}

const instructions: Readonly<Record<Dtype, Instructions>> = {
  f64: {
    valueType: 0x7c,
    constant: (value) => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
    splat: [0xfd, 0x14],
    multiply: [0xfd, 0xf2, 0x01],
    addLanes: [0xfd, 0xf0, 0x01],
    firstLane: [0xfd, 0x21, 0],
    add: [0xa0],
  },
  f32: {
    valueType: 0x7d,
    constant: (value) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
    splat: [0xfd, 0x13],
    multiply: [0xfd, 0xe6, 0x01],
    addLanes: [0xfd, 0xe4, 0x01],
    firstLane: [0xfd, 0x1f, 0],
    add: [0x92],
  },
};

const i32 = 0x7f;
const v128 = 0x7b;
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];

function assemble(dtype: Instructions): Uint8Array {
  const { valueType, constant, splat, multiply, addLanes, firstLane, add } = dtype;
  const count = 0;
  const chains = Array.from({ length: accumulators }, (_, i) => 1 + i);
  const factor = accumulators + 1;
  const summand = accumulators + 2;
  const body = [
    [1, accumulators + 2, v128],
    ...chains.map((chain) => [...constant(chain), ...splat, ...set(chain)]),
    [...constant(0.5), ...splat, ...set(factor)],
    [...constant(0.25), ...splat, ...set(summand)],
    [0x03, 0x40], // loop
    ...chains.map((chain) =>
      [
        [...get(chain), ...get(factor), ...multiply],
        [...get(summand), ...addLanes, ...set(chain)],
      ].flat(),
    ),
    [...get(count), 0x41, 1, 0x6b, 0x22, count, 0x0d, 0, 0x0b], // br_if while --count ≠ 0
    constant(0),
    ...chains.map((chain) => [...get(chain), ...firstLane, ...add]),
    [0x0b],
  ].flat();
  return Uint8Array.from(
    [
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, 1, i32, 1, valueType]),
      section(3, [1, 0]),
      section(7, [1, ...vector(new TextEncoder().encode('loop')), 0, 0]),
      section(10, [1, ...vector(body)]),
    ].flat(),
  );
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...vector(content)];
}

/** Bytes behind their number, as unsigned LEB128. */
function vector(bytes: ArrayLike<number>): readonly number[] {
  const size: number[] = [];
  let rest = bytes.length;
  do {
    size.push((rest & 0x7f) | (rest >= 0x80 ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return [...size, ...Array.from(bytes)];
}
