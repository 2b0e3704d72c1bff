// A function of your own with a kink
import { abs, add, at, mul, objective, square, sub, type Value } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';

// Rosenbrock's function with an absolute value: its valley is a kink
const f = (x: Value): Value =>
  add(abs(sub(at(x, 1), square(at(x, 0)))), mul(0.5, square(sub(at(x, 0), 1))));

const flow = gradientFlow(objective(f, 2), [0, 0], { until: 10, rtol: 1e-8, atol: 1e-10 });
console.log(Array.from(flow.theta, (x) => x.toFixed(4)));
if ('itinerary' in flow) for (const { t, kind } of flow.itinerary) console.log(t.toFixed(4), kind);

// prints
// [ '0.9563', '0.9145' ]
// 0.0000 slide
