import { ArgumentError, type Dtype, type FloatArray } from '@nonsmooth/core';
import { requireProductOperands } from '../product-operands.js';
import { elementBytes, view, type Arena } from './arena.js';
import { ownMemory, type Home } from './home.js';
import { openKernels, type Binary, type Build } from './module.js';
import { productScratch } from './workspace.js';

/** Most bytes that stay allocated between calls. */
const largestKept = 2 ** 26;

interface Operands {
  readonly start: number;
}

/** The memory of products, one per binary: grown when a product needs more. */
const homes = new Map<Binary, Home<Operands>>();

/** A memory of at least `bytes`. */
function homeOf(build: Build, bytes: number): Home<Operands> {
  const kept = homes.get(build.binary);
  if (kept && kept.bytes >= bytes) return kept;
  const size = bytes <= largestKept ? 2 ** Math.ceil(Math.log2(bytes)) : bytes;
  const layOut = (arena: Arena): Operands => ({ start: arena.reserve(size) });
  const made = ownMemory(build, layOut);
  if (bytes <= largestKept) homes.set(build.binary, made);
  return made;
}

/** out = a·b by way of a memory that is kept for the next product. */
export function matmul(
  build: Build,
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  requireProductOperands(a, b, out, m, k, n);
  const dtype = dtypeOf(out);
  for (const [name, array] of Object.entries({ a, b })) {
    if (dtypeOf(array) !== dtype) throw new ArgumentError(name, array, `an array of ${dtype}`);
  }
  if (out.length === 0) return;
  const size = elementBytes[dtype];
  const lines = (count: number): number => Math.ceil((count * size) / 64) * 64;
  const [left, right, answer] = [lines(m * k), lines(k * n), lines(m * n)];
  const { memory, kernels, layout } = homeOf(
    build,
    left + right + answer + lines(productScratch(k)),
  );
  const at = { a: layout.start, b: layout.start + left, out: layout.start + left + right };
  view(memory, dtype, at.a, a.length).set(a);
  view(memory, dtype, at.b, b.length).set(b);
  openKernels(build, kernels, memory, dtype).matmul(
    at.a,
    at.b,
    at.out,
    m,
    k,
    n,
    0,
    0,
    0,
    at.out + answer,
  );
  out.set(view(memory, dtype, at.out, out.length));
}

function dtypeOf(array: FloatArray): Dtype {
  return array instanceof Float64Array ? 'f64' : 'f32';
}
