import { ShapeError } from '../errors.js';
import type { FloatArray } from '../dtype.js';
import { requireLength } from '../problem.js';
import { arena, elementBytes, view } from './arena.js';
import { instantiate, type Build } from './module.js';

/** Columns of b that the kernel packs at a time: assembly/matmul.ts. */
const block = 64;

/** out = a·b in a memory that lives as long as the call. */
export function matmul(
  build: Build,
  a: FloatArray,
  b: FloatArray,
  out: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  requireLength('a', a, m * k);
  requireLength('b', b, k * n);
  requireLength('out', out, m * n);
  if (out.length === 0) return;
  const dtype = out instanceof Float64Array ? 'f64' : 'f32';
  if (a.constructor !== out.constructor || b.constructor !== out.constructor) {
    throw new ShapeError(
      'a, b, out',
      [a, b, out].map((x) => x.constructor.name),
      'one dtype',
    );
  }
  const size = elementBytes[dtype];
  const plan = arena();
  const addresses = [m * k, k * n, m * n, k * block, 4 * block].map((length) =>
    plan.reserve(length * size),
  );
  const [atA, atB, atOut, panel, tile] = addresses as [number, number, number, number, number];
  const memory = plan.allocate();
  view(memory, dtype, atA, m * k).set(a);
  view(memory, dtype, atB, k * n).set(b);
  const kernel = instantiate(build, memory);
  const multiply = dtype === 'f64' ? kernel.matmulF64 : kernel.matmulF32;
  multiply(atA, atB, atOut, m, k, n, panel, tile);
  out.set(view(memory, dtype, atOut, m * n));
}
