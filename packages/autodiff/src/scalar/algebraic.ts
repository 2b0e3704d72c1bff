/** √(1 + x²), the secant of atan x. */
export function secAtan(x: number): number {
  const size = Math.abs(x);
  return size < 1e150 ? Math.sqrt(1 + x * x) : size;
}

/** x/√(1 + x²), the sine of atan x. */
export function sinAtan(x: number): number {
  const size = Math.abs(x);
  return size < 1e150 ? x / Math.sqrt(1 + x * x) : Math.sign(x);
}

/** 1/√(1 + x²), the cosine of atan x. */
export function cosAtan(x: number): number {
  const size = Math.abs(x);
  return 1 / (size < 1e150 ? Math.sqrt(1 + x * x) : size);
}

/** (1 − x)(1 + x) */
export function oneMinusSquare(x: number): number {
  return (1 - x) * (1 + x);
}

/** Powers by products, quotients and roots, where these are few: every engine rounds them alike. */
export function power(exponent: number): (x: number) => number {
  switch (exponent) {
    case -1:
      return (x) => 1 / x;
    case -2:
      return inverseSquare;
    case -0.5:
      return (x) => 1 / root(x);
    case -1.5:
      return (x) => 1 / (x + 0) / root(x);
    case -2.5:
      return (x) => 1 / x / x / root(x);
    case 1.5:
      return (x) => x * root(x);
    case 3:
      return (x) => x * x * x;
    case 4:
      return (x) => x * x * (x * x);
    default:
      return (x) => Math.pow(x, exponent);
  }
}

/** √x; +0 for −0, whose powers have no sign. */
function root(x: number): number {
  return Math.sqrt(x + 0);
}

function inverseSquare(x: number): number {
  const square = x * x;
  return square > 1e-290 && square < 1e290 ? 1 / square : 1 / x / x;
}
