import { solve } from '@nonsmooth/ode';

// A ball dropped from 5 m keeps 80 % of its speed at every bounce; stop at the tenth.
const { events, reason } = solve(
  {
    rhs(_t, [, speed], out) {
      out[0] = speed;
      out[1] = -10;
    },
    y0: [5, 0],
    t0: 0,
    t1: 100,
  },
  {
    rtol: 1e-9,
    events: [
      {
        name: 'bounce',
        value: (_t, [height]) => height,
        direction: -1,
        terminal: 10,
        reset(_t, y) {
          y[1] = -0.8 * y[1];
        },
      },
    ],
  },
);
console.log(events.map(({ name, t }) => `${name} ${t.toFixed(9)}`).join('\n'));
console.log('ended:', reason);
