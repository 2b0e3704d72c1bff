/**
 * x^(1/n) for x > 0, to a few ulp, by + − × ÷ alone: the same bits on every engine, which Math.pow does not promise.
 */
export function root(x: number, n: number): number {
  let scale = 1;
  const base = 2 ** n;
  let reduced = x;
  for (; reduced > base; reduced /= base) scale *= 2;
  for (; reduced < 1; reduced *= base) scale /= 2;
  // Newton's method for y^n = reduced in [1, 2ⁿ], from above
  let y = 2;
  for (let iteration = 0; iteration < 60; iteration++) {
    let power = 1;
    for (let k = 1; k < n; k++) power *= y;
    const next = y - (y - reduced / power) / n;
    if (!(next < y)) break;
    y = next;
  }
  return scale * y;
}
