// The same function, two derivatives: a kink is a choice, and here it is yours
import { defaultKinks, grad, neg, relu, sub, type Value } from '@nonsmooth/autodiff';

const identity = (x: Value): Value => sub(relu(x), relu(neg(x)));

console.log(grad(identity)(0).data[0]); // relu'(0) = 0, as everywhere: wrong for a function that is x
console.log(grad(identity, { kinks: { ...defaultKinks, relu: 1 } })(0).data[0]);
console.log(grad(identity, { kinks: { direction: 1 } })(0).data[0]); // of the piece that the direction points into

// prints
// 0
// 2
// 1
