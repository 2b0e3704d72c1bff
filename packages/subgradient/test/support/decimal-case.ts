import fc from 'fast-check';
import { layoutOf, type Problem } from './relu-network.js';

/** Doubles whose sums nearly cancel, in all the ways in which decimal fractions do. */
const entry: fc.Arbitrary<number> = fc
  .tuple(fc.integer({ min: -6, max: 6 }), fc.constantFrom(0.1, 0.01, 1 / 3, 1 / 7, 0.25, 1, 1e-17))
  .map(([k, unit]) => k * unit);

/** Rows (…, a, b, −a, −b) cancel, but not in the order in which they are summed. */
const row = (length: number): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.array(entry, { minLength: length, maxLength: length }), fc.nat(2))
    .map(([list, kind]) => {
      if (kind === 0 || length < 2) return list;
      const half = Math.floor(length / 2);
      return list.map((x, i) => (i < half ? x : i < 2 * half ? -list[i - half]! : 0));
    });

/** Small networks with such weights, data and targets. */
export const decimalCase: fc.Arbitrary<{ problem: Problem; theta: number[] }> = fc
  .record({
    hidden: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    inputs: fc.constantFrom(1, 2, 4),
    samples: fc.constantFrom(1, 2, 4),
  })
  .chain(({ hidden, inputs, samples }) => {
    const widths = [inputs, ...hidden, 1];
    const { slices } = layoutOf(widths);
    const same = fc.constantFrom(1, 0.1, -1, 3);
    const sample = fc.oneof(
      same.map((x) => new Array<number>(inputs).fill(x)),
      fc.array(entry, { minLength: inputs, maxLength: inputs }),
    );
    const rows = (shape: readonly number[]): fc.Arbitrary<number[]> =>
      shape.length === 1
        ? fc.array(fc.oneof(fc.constant(0), entry), { minLength: shape[0]!, maxLength: shape[0]! })
        : fc.tuple(...Array.from({ length: shape[0]! }, () => row(shape[1]!))).map((m) => m.flat());
    return fc.record({
      problem: fc.record({
        widths: fc.constant(widths),
        inputs: fc.array(sample, { minLength: samples, maxLength: samples }),
        targets: fc.array(
          entry.map((y) => [y]),
          { minLength: samples, maxLength: samples },
        ),
      }),
      theta: fc.tuple(...slices.map(({ shape }) => rows(shape))).map((parts) => parts.flat()),
    });
  });
