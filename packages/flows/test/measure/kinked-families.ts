import { mul, objective } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';
import { families, kinkedProblem } from '../kinked-families.js';

// Flows of families of functions with kinks against explicit Euler, themselves at other tolerances and in other units:
// `kinked-families [first seed] [last seed, exclusive] [family]`.
const [from = 0, to = 4, only = -1] = process.argv.slice(2).map(Number);
const counts: Record<string, number> = {};
const count = (what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1;
};
const apart = (u: ArrayLike<number>, v: ArrayLike<number>): number =>
  Array.from(u).reduce((most, x, i) => Math.max(most, Math.abs(x - v[i]!)), 0);

for (let which = 0; which < families.length; which++) {
  if (only >= 0 && which !== only) continue;
  for (let seed = from; seed < to; seed++) {
    const { name, f, start, until, isConvex } = kinkedProblem(which, seed);
    const tell = (what: string, more = ''): void => {
      count(what);
      console.log(`${which} ${name}: ${what} ${more}`);
    };
    const n = start.length;
    const run = (rtol: number, scale = 1, value = 1) => {
      const risk = objective((x) => mul(value, f(mul(1 / scale, x))), n);
      return gradientFlow(
        risk,
        start.map((x) => x * scale),
        {
          until: (until * scale * scale) / value,
          rtol,
          atol: rtol * 1e-2 * scale,
          maxSteps: 5000,
        },
      );
    };
    let flow;
    try {
      const began = performance.now();
      flow = run(1e-8);
      const ms = performance.now() - began;
      if (ms > 3000) tell('slow', `${ms.toFixed(0)} ms`);
    } catch (error) {
      tell('throws', (error as Error).message);
      continue;
    }
    count('flows');
    const end = flow.theta;
    const size = Math.max(1, ...Array.from(end, Math.abs));
    const several = 'uniqueUntil' in flow && flow.uniqueUntil !== undefined;
    if (several) count(isConvex ? 'several (convex)' : 'several');
    if (several && isConvex) tell('convex, but called not unique');
    if (flow.status !== 'finished') {
      tell(flow.status, flow.reason);
      continue;
    }
    const residual = Math.abs(flow.energy!.residual);
    if (residual > 1e-6 * (1 + Math.abs(flow.loss[0]!) + flow.energy!.dissipated))
      tell('energy', String(residual));
    // explicit Euler
    const risk = objective(f, n);
    const steps = 40_000;
    const g = new Float64Array(n);
    const euler = (m: number): Float64Array => {
      const x = Float64Array.from(start);
      for (let k = 0; k < m; k++) {
        risk.gradient(x, g);
        for (let i = 0; i < n; i++) x[i] = x[i]! - (until / m) * g[i]!;
      }
      return x;
    };
    let off = apart(euler(steps), end);
    if (off > 2e-4 * size) {
      const finer = apart(euler(8 * steps), end);
      if (finer > 0.4 * off || finer > 1e-2 * size) {
        if (!several)
          tell('differs from Euler', `${off.toExponential(1)} ${finer.toExponential(1)}`);
        else count('differs, flagged');
        continue;
      }
      off = finer;
    }
    for (const [rtol, scale, value, bound] of [
      [1e-4, 1, 1, 3e-3],
      [1e-6, 1, 1, 1e-5],
      [1e-10, 1, 1, 1e-7],
      [1e-8, 1e-6, 1, 1e-7],
      [1e-8, 1e6, 1, 1e-7],
      [1e-8, 1, 1e-6, 1e-7],
      [1e-8, 1, 1e6, 1e-7],
      [1e-6, 1e-3, 1e3, 1e-5],
    ] as const) {
      try {
        const same = run(rtol, scale, value);
        const at = `rtol ${rtol}, x·${scale}, f·${value}`;
        if (same.status !== 'finished') tell(`${same.status} elsewhere`, `${at}: ${same.reason}`);
        else {
          const distance =
            apart(
              same.theta.map((x) => x / scale),
              end,
            ) / size;
          const isSeveral = 'uniqueUntil' in same && same.uniqueUntil !== undefined;
          if (distance > bound)
            tell(
              several || isSeveral ? 'other way elsewhere, flagged' : 'differs elsewhere',
              `${at}: ${distance.toExponential(1)}`,
            );
          else if (isSeveral !== several) tell('several only there', at);
        }
      } catch (error) {
        tell('throws elsewhere', (error as Error).message);
      }
    }
  }
}
console.log(JSON.stringify(counts));
