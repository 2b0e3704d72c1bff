/** A smooth function of one number with its derivatives, for `elementwise`. */
export interface ScalarFunction {
  readonly name: string;
  value(x: number): number;
  derivative(x: number): number;
  secondDerivative?(x: number): number;
  thirdDerivative?(x: number): number;
  fourthDerivative?(x: number): number;
}

/** The derivative of this order as a plain function, or undefined where `fn` does not have it. */
export function derivativeOfOrder(
  fn: ScalarFunction,
  order: number,
): ((x: number) => number) | undefined {
  switch (order) {
    case 0:
      return (x) => fn.value(x);
    case 1:
      return (x) => fn.derivative(x);
    case 2:
      return fn.secondDerivative && ((x) => fn.secondDerivative!(x));
    case 3:
      return fn.thirdDerivative && ((x) => fn.thirdDerivative!(x));
    case 4:
      return fn.fourthDerivative && ((x) => fn.fourthDerivative!(x));
    default:
      return undefined;
  }
}
