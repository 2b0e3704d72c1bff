// Nesterov's second Chebyshev–Rosenbrock function in R²: (0, −1) is stationary for Clarke, yet a descent
// direction exists; only (1, 1) is stationary in the limiting sense.
import { abs, add, gather, mul, sub, sum, type Tracer } from '@nonsmooth/autodiff';
import { clarkeSubdifferential, minimalNorm, stationarity } from '@nonsmooth/subgradient';

const f = (x: Tracer) => {
  const u = sum(gather(x, [0]));
  const v = sum(gather(x, [1]));
  return add(mul(0.25, abs(sub(u, 1))), abs(add(sub(v, mul(2, abs(u))), 1)));
};

for (const point of [
  [0, -1],
  [1, 1],
]) {
  const { memberships } = stationarity(f, point);
  const { generators } = clarkeSubdifferential(f, point);
  console.log(point, memberships, generators.length, minimalNorm(generators).norm);
}
