// Forms that overflow are recognized while they are traced
import { add, exp, grad, log, sum, type Value } from '@nonsmooth/autodiff';

const softplus = (x: Value): Value => log(add(1, exp(x)));
const logSumExp = (x: Value): Value => log(sum(exp(x)));

console.log(grad(softplus)(800).data[0]);
console.log([...grad(logSumExp)([1000, 1000]).data]);
console.log(grad(softplus, { recognize: false })(800).data[0]); // what the plain formula gives

// prints
// 1
// [ 0.5, 0.5 ]
// NaN
