// See a function with kinks as a program, and where the kinks are in it
import { abs, kinksOf, print, relu, sub, trace } from '@nonsmooth/autodiff';

const program = trace((x) => sub(abs(x), relu(sub(x, 1))), [[]]);
console.log(print(program));
console.log(kinksOf(program).map(({ op, node }) => `${op} at %${node}`));

// prints
// %0 = input 0 : scalar
// %1 = abs(%0) : scalar
// %2 = constant 1 : scalar
// %3 = sub(%0, %2) : scalar
// %4 = relu(%3) : scalar
// %5 = sub(%1, %4) : scalar
// return %5
// [ 'abs at %1', 'relu at %4' ]
