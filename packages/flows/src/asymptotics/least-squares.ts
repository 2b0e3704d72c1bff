/** A fitted line y = intercept + slope·x. */
export interface LineFit {
  readonly intercept: number;
  readonly slope: number;
  /** Standard error of the slope, from the residuals. */
  readonly slopeError: number;
  /** Root mean square of the residuals, with n − 2 degrees of freedom. */
  readonly residual: number;
}

/** Ordinary least squares; x must take two or more values and have three or more entries. */
export function fitLine(x: ArrayLike<number>, y: ArrayLike<number>): LineFit {
  const n = x.length;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < n; i++) {
    meanX += x[i]! / n;
    meanY += y[i]! / n;
  }
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - meanX) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
  }
  const slope = xy / xx;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (y[i]! - meanY - slope * (x[i]! - meanX)) ** 2;
  const residual = Math.sqrt(squares / (n - 2));
  return {
    intercept: meanY - slope * meanX,
    slope,
    slopeError: residual / Math.sqrt(xx),
    residual,
  };
}
