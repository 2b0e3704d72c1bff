// A gradient, and a Hessian–vector product
import { exp, grad, hvp, mul, sin, sum, type Value } from '@nonsmooth/autodiff';

const f = (x: Value): Value => sum(mul(sin(x), exp(x)));

// f' = (sin x + cos x)·eˣ at 0 is 1; f'' = 2 cos x·eˣ at 0 is 2
console.log(grad(f)([0]).data[0], hvp(f)([0], [1]).data[0]);

// prints
// 1 2
