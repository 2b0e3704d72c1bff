// What is the answer of backward mode at a kink?
import { neg, relu, sub, trace } from '@nonsmooth/autodiff';
import { certify } from '@nonsmooth/subgradient';

// x, written with two kinks
const f = trace((x) => sub(relu(x), relu(neg(x))), [[1]]);

console.log(certify(f, [0]).verdict); // backward mode answers 0: no gradient of x at all
console.log(certify(f, [0], { gradient: [1] }).verdict);

// prints
// none
// frechet
