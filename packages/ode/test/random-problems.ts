import { filippov, type FilippovMode, type InitialValueProblem } from '@nonsmooth/ode';
import fc from 'fast-check';

/** Thousandths from −size to size: shorter to read than arbitrary doubles, and zero among them. */
export const numbers = (size: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1000, max: 1000 }).map((thousandths) => (size * thousandths) / 1000);

const list = (count: number, size: number): fc.Arbitrary<number[]> =>
  fc.array(numbers(size), { minLength: count, maxLength: count });

/** y' = A y + b·sin(ωt + i) − c y³ in one to four dimensions, some stiff, symmetric, with Jacobian or its products. */
export const smoothProblems: fc.Arbitrary<InitialValueProblem> = fc
  .integer({ min: 1, max: 4 })
  .chain((n) =>
    fc.record({
      matrix: list(n * n, 2),
      b: list(n, 1),
      c: list(n, 1),
      y0: list(n, 2),
      frequency: numbers(3),
      t0: numbers(2),
      span: fc.integer({ min: 100, max: 2000 }).map((thousandths) => thousandths / 1000),
      symmetric: fc.boolean(),
      known: fc.constantFrom('rhs', 'jacobian', 'jacobianVector'),
      damping: fc.constantFrom(0, 0, 30),
    }),
  )
  .map(({ matrix, b, c, y0, frequency, t0, span, symmetric, known, damping }) => {
    const n = y0.length;
    const a = matrix.map((value, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      return (symmetric ? (value + matrix[j * n + i]!) / 2 : value) - (k === 0 ? damping : 0);
    });
    const times = (v: Float64Array, i: number): number =>
      v.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0);
    const cubic = (y: Float64Array, i: number): number => -3 * Math.abs(c[i]!) * y[i]! ** 2;
    return {
      rhs(t, y, out) {
        for (let i = 0; i < n; i++) {
          out[i] = times(y, i) + b[i]! * Math.sin(frequency * t + i) - Math.abs(c[i]!) * y[i]! ** 3;
        }
      },
      ...(known === 'jacobian' && {
        jacobian(_t: number, y: Float64Array, out: Float64Array) {
          out.set(a);
          for (let i = 0; i < n; i++) out[i * (n + 1)] = out[i * (n + 1)]! + cubic(y, i);
        },
      }),
      ...(known === 'jacobianVector' && {
        jacobianVector(_t: number, y: Float64Array, v: Float64Array, out: Float64Array) {
          for (let i = 0; i < n; i++) out[i] = times(v, i) + cubic(y, i) * v[i]!;
        },
      }),
      y0,
      t0,
      t1: t0 + span,
      symmetric,
    };
  });

/** The same solution with time running the other way: y(−t). */
export function reversed(problem: InitialValueProblem): InitialValueProblem {
  const { rhs, jacobian, jacobianVector, t0, t1 } = problem;
  const negate = (out: Float64Array): void => {
    for (let i = 0; i < out.length; i++) out[i] = -out[i]!;
  };
  return {
    ...problem,
    t0: -t0,
    t1: -t1,
    rhs(t, y, out, mode) {
      rhs(-t, y, out, mode);
      negate(out);
    },
    ...(jacobian && {
      jacobian(t: number, y: Float64Array, out: Float64Array) {
        jacobian(-t, y, out, undefined);
        negate(out);
      },
    }),
    ...(jacobianVector && {
      jacobianVector(t: number, y: Float64Array, v: Float64Array, out: Float64Array) {
        jacobianVector(-t, y, v, out, undefined);
        negate(out);
      },
    }),
  };
}

/**
 * y' = A y + b + sin(2t + i)/3 + Σ_k [n_k·y > l_k] g_k with one or two switches, in up to three dimensions; or the same
 * solution with time running the other way.
 */
export const switchedProblems: fc.Arbitrary<(ahead?: 1 | -1) => InitialValueProblem<FilippovMode>> =
  fc
    .record({ n: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 2 }) })
    .chain(({ n, count }) =>
      fc.record({
        matrix: list(n * n, 1),
        b: list(n, 2),
        jumps: list(n * count, 4),
        normals: list(n * count, 2),
        levels: list(count, 2),
        y0: list(n, 2),
      }),
    )
    .map(({ matrix, b, jumps, normals, levels, y0 }) => (ahead = 1) => {
      const n = y0.length;
      const along = (v: Float64Array, k: number): number =>
        v.reduce((sum, value, i) => sum + normals[k * n + i]! * value, 0);
      const { rhs, modes } = filippov(
        {
          count: levels.length,
          field(t, y, out, activation) {
            for (let i = 0; i < n; i++) {
              let sum = b[i]! + Math.sin(2 * ahead * t + i) / 3 - y[i]! / 2;
              y.forEach((value, j) => (sum += matrix[i * n + j]! * value));
              activation.forEach((on, k) => (sum += on * jumps[k * n + i]!));
              out[i] = ahead * sum;
            }
          },
          surfaces(_t, y, out) {
            levels.forEach((level, k) => (out[k] = along(y, k) - level));
          },
          velocities(_t, _y, velocity, out) {
            levels.forEach((_level, k) => (out[k] = along(velocity, k)));
          },
        },
        n,
      );
      return { rhs, modes, y0, t0: 0, t1: 3 * ahead };
    });
