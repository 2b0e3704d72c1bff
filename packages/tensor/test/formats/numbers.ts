import fc from 'fast-check';
import { fromData, type Tensor } from '@nonsmooth/tensor';

/** Tensors of any small shape, with NaN, infinities, subnormals and −0. */
export const tensors: fc.Arbitrary<Tensor> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 4 }), fc.constantFrom('f64' as const, 'f32' as const))
  .chain(([shape, dtype]) => {
    const length = shape.reduce((count, extent) => count * extent, 1);
    return dtype === 'f64'
      ? fc
          .float64Array({ minLength: length, maxLength: length })
          .map((data) => fromData(data, shape))
      : fc
          .float32Array({ minLength: length, maxLength: length })
          .map((data) => fromData(data, shape));
  });

/** Names of arrays, awkward ones included. */
export const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor', 'W1', 'layers.0.weight', 'σ'),
);

/** What must be the same after a round trip: bits, not values, so that NaN and −0 count. */
export function contentOf({ dtype, shape, data }: Tensor): unknown {
  return { dtype, shape: [...shape], bits: [...data].map((x) => (Object.is(x, -0) ? '-0' : x)) };
}

/** A few bytes changed, cut off or added: structure that is nearly right. */
export function damaged(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(200), byte: fc.nat(255) });
  const ending = fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }) },
  );
  return fc
    .tuple(bytes, fc.array(change, { maxLength: 4 }), ending)
    .map(([whole, changes, extra]) => {
      const out = new Uint8Array(Math.max(0, whole.length + extra));
      out.set(whole.subarray(0, out.length));
      for (const { at, byte } of changes) if (at < out.length) out[at] = byte;
      return out;
    });
}
