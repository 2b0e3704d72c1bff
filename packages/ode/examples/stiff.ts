import { auto, ndf, radauIIA5, solve, type InitialValueProblem } from '@nonsmooth/ode';

// Robertson's reaction: rate constants from 4e-2 to 3e7.
const robertson: InitialValueProblem = {
  rhs(_t, [a, b, c], out) {
    out[0] = -0.04 * a + 1e4 * b * c;
    out[2] = 3e7 * b * b;
    out[1] = -out[0] - out[2];
  },
  jacobian(_t, [, b, c], out) {
    out.set([-0.04, 1e4 * c, 1e4 * b]);
    out.set([0.04, -1e4 * c - 6e7 * b, -1e4 * b], 3);
    out.set([0, 6e7 * b, 0], 6);
  },
  y0: [1, 0, 0],
  t0: 0,
  t1: 1e4,
};
for (const method of [ndf, radauIIA5, auto]) {
  const { y, statistics } = solve(robertson, { method, rtol: 1e-6, atol: 1e-10 });
  const [a] = y.at(-1);
  console.log(method.name, a, statistics.rhs, 'rhs', statistics.jacobians, 'Jacobians');
}
