// Trace once, call many times: an objective allocates nothing
import { objective, square, sub, sum } from '@nonsmooth/autodiff';

const distance = objective((x) => sum(square(sub(x, [1, 2, 3]))), 3);
const x = new Float64Array(3);
const slope = new Float64Array(3);
for (let step = 0; step < 100; step++) {
  distance.gradient(x, slope);
  for (let i = 0; i < 3; i++) x[i]! -= 0.25 * slope[i]!;
}
console.log(...x, distance.smooth);

// prints
// 1 2 3 true
