const ratio = (Math.sqrt(5) - 1) / 2;

/**
 * Where f, which has the sign `side` at both ends of an interval, has lost it between, if it comes near zero there by the
 * parabola through the ends and the middle; by golden section.
 */
export function dip(
  f: (x: number) => number,
  side: number,
  low: number,
  high: number,
  atLow: number,
  atHigh: number,
): number | undefined {
  const middle = (low + high) / 2;
  const atMiddle = f(middle) * side;
  if (atMiddle < 0) return middle;
  const [p, q] = [atLow * side, atHigh * side];
  const curvature = p - 2 * atMiddle + q;
  if (!(curvature > 0) || atMiddle > Math.max(p, q)) return undefined;
  const slope = (q - p) / 2;
  if (atMiddle - (slope * slope) / (2 * curvature) > 0.3 * atMiddle) return undefined;
  let [a, b] = [low, high];
  let [x1, x2] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [f1, f2] = [f(x1) * side, f(x2) * side];
  for (let iteration = 0; iteration < 60; iteration++) {
    if (f1 < 0) return x1;
    if (f2 < 0) return x2;
    if (f1 < f2) {
      [b, x2, f2] = [x2, x1, f1];
      x1 = b - ratio * (b - a);
      f1 = f(x1) * side;
    } else {
      [a, x1, f1] = [x1, x2, f2];
      x2 = a + ratio * (b - a);
      f2 = f(x2) * side;
    }
  }
  return undefined;
}
