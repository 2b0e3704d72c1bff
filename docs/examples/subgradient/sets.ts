// The whole Clarke subdifferential, by its corners
import { abs, add, type Value } from '@nonsmooth/autodiff';
import { clarkeSubdifferential } from '@nonsmooth/subgradient';

const one = (x: Value) => abs(x);
const kinked = (x: Value) => add(abs(x), abs(x)); // 2|x|

console.log(clarkeSubdifferential(one, [0]).generators.map(([g]) => g));
console.log(clarkeSubdifferential(kinked, [0]).generators.map(([g]) => g));

// prints
// [ 1, -1 ]
// [ 2, -2 ]
