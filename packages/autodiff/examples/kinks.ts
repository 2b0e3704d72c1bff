// What derivatives are at kinks, and how to choose.
import {
  absNormalProgram,
  defaultKinks,
  directionalDerivative,
  grad,
  greater,
  neg,
  print,
  relu,
  sqrt,
  sub,
  trace,
  where,
} from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';

// The identity in disguise: every generalized derivative at 0 is 1.
const f = (x: Value): Value => sub(relu(x), relu(neg(x)));

console.log("relu'(0) = 0 gives", grad(f)(0).data[0]);
console.log("relu'(0) = 1 gives", grad(f, { kinks: { ...defaultKinks, relu: 1 } })(0).data[0]);
console.log('a direction gives', grad(f, { kinks: { direction: -1 } })(0).data[0]);
console.log("f'(0; −1) =", directionalDerivative(f)(0, -1).data[0]);

// The branch that is not taken carries no derivative, not even 0·∞.
console.log('√ beside 0:', grad((x) => where(greater(x, 0), sqrt(x), 0))(0).data[0]);

// The program with |z| as inputs: what subdifferentials are computed from.
console.log(print(absNormalProgram(trace(f, [[]])).smooth));
