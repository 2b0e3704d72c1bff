import { solve, verner76 } from '@nonsmooth/ode';

// A pendulum from nearly upside down, and the moments at which it hangs straight down.
const solution = solve(
  {
    rhs(_t, [angle, speed], out) {
      out[0] = speed;
      out[1] = -Math.sin(angle);
    },
    y0: [3, 0],
    t0: 0,
    t1: 50,
  },
  {
    method: verner76,
    rtol: 1e-9,
    atol: 1e-12,
    dense: true,
    events: [{ name: 'down', value: (_t, [angle]) => Math.sin(angle / 2) }],
  },
);
console.log('at t = 12.5:', solution.at(12.5));
console.log('down at', solution.events.map(({ t }) => t.toFixed(6)).join(', '));
console.log(solution.statistics.rhs, 'right-hand sides');
