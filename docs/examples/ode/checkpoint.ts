// Stop, save, go on: the same bits as without stopping
import { integrate, solve } from '@nonsmooth/ode';

const lorenz = {
  rhs(_t: number, [x, y, z]: ArrayLike<number> & Iterable<number>, out: Float64Array) {
    out[0] = 10 * (y! - x!);
    out[1] = x! * (28 - z!) - y!;
    out[2] = x! * y! - (8 / 3) * z!;
  },
  y0: [1, 1, 1],
  t0: 0,
  t1: 20,
};
const options = { rtol: 1e-6, atol: 1e-9 };
const first = integrate(lorenz, options);
for (let k = 0; k < 100; k++) first.next();
const saved = JSON.stringify(first.checkpoint());

const second = integrate(lorenz, { ...options, from: JSON.parse(saved) });
while (!second.finished) second.next();
const whole = solve(lorenz, options).y.at(-1)!;
console.log(second.y.every((y, i) => Object.is(y, whole[i])));

// prints
// true
