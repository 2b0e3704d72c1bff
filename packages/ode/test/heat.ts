import type { InitialValueProblem } from '@nonsmooth/ode';

/** u_t = u_xx on (0, 1), u = 0 at the ends, by central differences, from a wave and a fast one; exact in closed form. */
export function heat(points: number): {
  problem: InitialValueProblem;
  exactAt: (t: number) => number[];
} {
  const dx = 1 / (points + 1);
  const rate = (wave: number): number => (4 / dx ** 2) * Math.sin((wave * Math.PI * dx) / 2) ** 2;
  const exactAt = (t: number): number[] =>
    Array.from({ length: points }, (_, i) =>
      [1, 9].reduce(
        (sum, wave) => sum + Math.exp(-rate(wave) * t) * Math.sin(wave * Math.PI * (i + 1) * dx),
        0,
      ),
    );
  return {
    exactAt,
    problem: {
      rhs(_t, u, out) {
        for (let i = 0; i < points; i++) {
          out[i] = ((u[i - 1] ?? 0) - 2 * u[i]! + (u[i + 1] ?? 0)) / dx ** 2;
        }
      },
      y0: exactAt(0),
      t0: 0,
      t1: 0.5,
    },
  };
}
