/**
 * ∫_a^b f by adaptive Simpson's rule with Richardson's correction: knows nothing of kinks and jumps, and bisects
 * towards them until they no longer matter.
 */
export function integrate(f: (x: number) => number, a: number, b: number): number {
  const start = 64;
  let sum = 0;
  for (let i = 0; i < start; i++) {
    const left = a + ((b - a) * i) / start;
    const right = a + ((b - a) * (i + 1)) / start;
    sum += refine(f, left, right, f(left), f((left + right) / 2), f(right), 48);
  }
  return sum;
}

function refine(
  f: (x: number) => number,
  a: number,
  b: number,
  fa: number,
  fm: number,
  fb: number,
  depth: number,
): number {
  const m = (a + b) / 2;
  const fl = f((a + m) / 2);
  const fr = f((m + b) / 2);
  const whole = ((b - a) / 6) * (fa + 4 * fm + fb);
  const halves = ((b - a) / 12) * (fa + 4 * fl + 2 * fm + 4 * fr + fb);
  const error = (halves - whole) / 15;
  const rounding = 1e-15 * (b - a) * (1 + Math.abs(fa) + Math.abs(fm) + Math.abs(fb));
  if (depth === 0 || Math.abs(error) < rounding) return halves + error;
  return refine(f, a, m, fa, fl, fm, depth - 1) + refine(f, m, b, fm, fr, fb, depth - 1);
}
