// The shortest generalized gradient: 0 exactly where a point is stationary
import { abs, add, at, mul, type Value } from '@nonsmooth/autodiff';
import { clarkeSubdifferential, minimalNorm } from '@nonsmooth/subgradient';

const f = (x: Value) => add(abs(at(x, 0)), mul(2, at(x, 1))); // |x| + 2y

const { generators } = clarkeSubdifferential(f, [0, 0]);
const { point, norm } = minimalNorm(generators);
console.log(Math.abs(point[0]!) < 1e-12, point[1]!.toFixed(12), norm.toFixed(12)); // of [−1, 1] × {2}

// prints
// true 2.000000000000 2.000000000000
