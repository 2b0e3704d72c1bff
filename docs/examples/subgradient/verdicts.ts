// What is the answer of backward mode at a kink?
import { neg, relu, sub, type Value } from '@nonsmooth/autodiff';
import { certify } from '@nonsmooth/subgradient';

const f = (x: Value) => sub(relu(x), relu(neg(x))); // x, written with two kinks

console.log(certify(f, [0]).verdict); // backward mode answers 0: no gradient of x at all
console.log(certify(f, [0], { gradient: [1] }).verdict);

// prints
// none
// frechet
