// Find the moment at which something happens
import { solve } from '@nonsmooth/ode';

// a ball thrown up at 10 m/s: when does it come down, when is it highest?
const { events } = solve(
  {
    rhs(_t, [, speed], out) {
      out[0] = speed!;
      out[1] = -9.81;
    },
    y0: [0, 10],
    t0: 0,
    t1: 10,
  },
  {
    rtol: 1e-9,
    atol: 1e-12,
    events: [
      { name: 'highest', value: (_t, [, speed]) => speed! },
      { name: 'down', value: (_t, [height]) => height!, direction: -1, terminal: true },
    ],
  },
);
for (const { name, t } of events) console.log(name, t.toFixed(9));
console.log((10 / 9.81).toFixed(9), (20 / 9.81).toFixed(9));

// prints
// highest 1.019367992
// down 2.038735984
// 1.019367992 2.038735984
