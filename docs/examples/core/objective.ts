// Anything with a value and a gradient is an objective: flows, descents and certificates take it
import { type Objective } from '@nonsmooth/core';
import { gradientFlow } from '@nonsmooth/flows';

const halfSquare: Objective = {
  dimension: 2,
  value: ([x, y]) => (x! * x! + y! * y!) / 2,
  gradient(theta, out) {
    out.set(theta);
    return halfSquare.value(theta);
  },
};

// Θ' = −Θ, so Θ(1) = Θ(0)/e
const { theta } = gradientFlow(halfSquare, [1, 2], { until: 1, rtol: 1e-10, atol: 1e-12 });
console.log(theta[0]!.toFixed(8), (1 / Math.E).toFixed(8));

// prints
// 0.36787944 0.36787944
