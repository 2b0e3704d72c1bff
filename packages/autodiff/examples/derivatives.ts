// Gradients, products with Jacobians and Hessians, and derivatives of derivatives.
import {
  exp,
  grad,
  hessian,
  hvp,
  jvp,
  mul,
  sin,
  square,
  sub,
  sum,
  valueAndGrad,
} from '@nonsmooth/autodiff';
import type { Value } from '@nonsmooth/autodiff';

const f = (x: Value): Value => sum(mul(sin(x), exp(x)));
const x = [0, 1, 2];

const { value, gradient } = valueAndGrad(f)(x);
console.log('value', value, 'gradient', gradient.data);

// Along a direction: forward mode, and the Hessian without forming it.
console.log(
  'slope',
  jvp(f)(x, [1, 0, 0]).tangent.data[0],
  'curvature',
  hvp(f)(x, [0, 1, 0]).data[1],
);
console.log('the same from the Hessian', hessian(f)(x).view.get(1, 1));

// A derivative is a function that can be differentiated: of the squared residual of y′ = y for y = sin.
const residual = (t: Value): Value => square(sub(grad(sin)(t), sin(t)));
console.log('slope of the residual', grad(residual)(0.5).data[0]);
