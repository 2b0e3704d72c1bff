/**
 * A zero of f between `low` and `high`, where f has opposite signs, to the last bits: the end of the final bracket on
 * the side of `high`, so that f has changed its sign there. Illinois' false position, bisecting where that is slow.
 */
export function bracketedZero(
  f: (x: number) => number,
  low: number,
  high: number,
  atLow: number,
  atHigh: number,
): number {
  let [a, b, fa, fb] = [low, high, atLow, atHigh];
  let width = Math.abs(b - a);
  for (let iteration = 0; iteration < 200; iteration++) {
    if (fb === 0 || Math.abs(b - a) <= 2 * Number.EPSILON * Math.max(Math.abs(a), Math.abs(b)))
      break;
    let x = b - (fb * (b - a)) / (fb - fa);
    // every third step must have thirded the bracket
    if (iteration % 3 === 2) {
      if (Math.abs(b - a) > width / 3) x = (a + b) / 2;
      width = Math.abs(b - a);
    }
    const margin = Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
    const least = Math.min(a, b) + margin;
    const most = Math.max(a, b) - margin;
    if (!(x > least)) x = least;
    if (!(x < most)) x = most;
    if (x === a || x === b) x = (a + b) / 2;
    if (x === a || x === b) break;
    const fx = f(x);
    if (fx === 0 || fx > 0 === fb > 0) {
      b = x;
      fb = fx;
      fa /= 2;
    } else {
      a = x;
      fa = fx;
      fb /= 2;
    }
  }
  return b;
}
