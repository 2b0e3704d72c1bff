// A function with kinks: components reach 0 in finite time, and stay there or pass
import { abs, add, mul, objective, square, sub, sum } from '@nonsmooth/autodiff';
import { gradientFlow } from '@nonsmooth/flows';

const lasso = objective((x) => add(sum(abs(x)), mul(0.5, sum(square(sub(x, [0.3, 2]))))), 2);
const flow = gradientFlow(lasso, [2, -1], { until: 30, rtol: 1e-8, atol: 1e-10 });

// the minimizer is known: each component of a = (0.3, 2) moves by 1 towards 0
console.log(Array.from(flow.theta, (x) => x.toFixed(8)));
if ('itinerary' in flow) for (const { t, kind } of flow.itinerary) console.log(t.toFixed(6), kind);

export const curves = {
  x: { name: 't', values: flow.t },
  y: { name: 'loss', values: flow.loss },
};

// prints
// [ '0.00000000', '1.00000000' ]
// 0.287682 on
// 1.349927 slide
