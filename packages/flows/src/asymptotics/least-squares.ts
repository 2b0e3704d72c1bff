/** A fitted line y = intercept + slope·x. */
export interface LineFit {
  readonly intercept: number;
  readonly slope: number;
  /** Standard error of the slope, residuals that are correlated over up to a quarter of the points allowed for. */
  readonly slopeError: number;
  /** Root mean square of the residuals, with n − 2 degrees of freedom. */
  readonly residual: number;
  /** Share of the variance of y that the line explains, R²; 1 for a constant. */
  readonly explained: number;
}

/**
 * Ordinary least squares; x must take two or more values and have three or more entries, in order. The standard error
 * is that of Newey and West (Econometrica 55, 1987), with Bartlett weights: along a trajectory neighbouring residuals
 * are anything but independent.
 */
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
  let yy = 0;
  for (let i = 0; i < n; i++) {
    xx += (x[i]! - meanX) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
    yy += (y[i]! - meanY) ** 2;
  }
  const slope = xy / xx;
  let squares = 0;
  const scores = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const residual = y[i]! - meanY - slope * (x[i]! - meanX);
    squares += residual ** 2;
    scores[i] = (x[i]! - meanX) * residual;
  }
  const lags = Math.floor(n / 4);
  let variance = 0;
  for (let lag = 0; lag <= lags; lag++) {
    const weight = (lag === 0 ? 1 : 2) * (1 - lag / (lags + 1));
    for (let i = lag; i < n; i++) variance += weight * scores[i]! * scores[i - lag]!;
  }
  return {
    intercept: meanY - slope * meanX,
    slope,
    slopeError: Math.sqrt((Math.max(0, variance) * n) / (n - 2)) / xx,
    residual: Math.sqrt(squares / (n - 2)),
    explained: yy === 0 ? 1 : 1 - squares / yy,
  };
}
