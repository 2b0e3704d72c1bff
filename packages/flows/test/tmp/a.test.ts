import { expect, test } from 'vitest';
import { sum, abs, relu, max, norm, mul, sub, slice, square, maximum, add, mean, matmul, reshape, div } from '@nonsmooth/autodiff';
import { flow } from './h.js';
const half2 = (x: any, a: any) => mul(0.5, sum(square(sub(x, a))));
const at = (x: any, i: number) => reshape(slice(x, [i], [i + 1]), []);
const err = (x: number[], y: number[]) => Math.max(...x.map((v, i) => Math.abs(v - y[i]!)));
function lassoExact(x0: number[], a: number[], t: number) {
  return x0.map((x, i) => {
    let s = Math.sign(x) || Math.sign(a[i]!); let time = t; let cur = x;
    for (let k = 0; k < 5; k++) {
      if (cur === 0) { if (Math.abs(a[i]!) <= 1) return 0; s = Math.sign(a[i]!); }
      const eq = a[i]! - s;
      // x = eq + (cur-eq) e^-t ; zero at e^-t = eq/(eq-cur)
      const r = -eq / (cur - eq); 
      if (cur !== 0 && r > 0 && r < 1) { const tz = -Math.log(r); if (tz < time) { time -= tz; cur = 0; continue; } }
      return eq + (cur - eq) * Math.exp(-time);
    }
    return NaN;
  });
}
for (const rtol of [1e-6, 1e-8, 1e-10]) test('closed ' + rtol, () => {
  const show = (name: string, r: any, e: number) => console.log(name, rtol, e.toExponential(2), 'rhs', r.rhs, 'events', r.events, 'steps', r.steps, r.reason, r.error, 'sev', r.several);
  { const x0 = [2, -1, 0.5, 1.5], a = [0.3, 2, -3, -0.5];
    const r = flow((x: any) => add(sum(abs(x)), half2(x, a)), x0, 3, rtol); show('lasso4', r, err(r.x, lassoExact(x0, a, 3))); }
  { const x0 = Array.from({ length: 40 }, (_, i) => Math.sin(3 * i + 1) * 2), a = Array.from({ length: 40 }, (_, i) => Math.cos(5 * i) * 2);
    const r = flow((x: any) => add(sum(abs(x)), half2(x, a)), x0, 3, rtol); show('lasso40', r, err(r.x, lassoExact(x0, a, 3))); }
  { const r = flow((x: any) => add(maximum(at(x, 0), at(x, 1)), mul(0.5, sum(square(x)))), [2, 1], 2, rtol);
    // until log2: x1' = -1 - x1 -> 3e^-t -1; x2 = e^-t ; meet: 2 e^-t = 1; then x' = -1/2 - x
    const m = 0.5; const y = -0.5 + (m + 0.5) * Math.exp(-(2 - Math.log(2))); show('max2', r, err(r.x, [y, y])); }
  { const r = flow((x: any) => add(max(x), mul(0.5, sum(square(x)))), [2, 1], 2, rtol); const y = -0.5 + Math.exp(-(2 - Math.log(2))); show('max2n', r, err(r.x, [y, y])); }
  { const r = flow((x: any) => add(abs(sub(at(x, 1), square(at(x, 0)))), mul(0.5, square(sub(at(x, 0), 1)))), [0, 0], 3, rtol);
    // x' = (1-x)/(1+4x^2): t = int (1+4x^2)/(1-x) dx
    const X = r.x[0]!; const F = (x: number) => -2 * x * x - 4 * x - 5 * Math.log(1 - x); 
    show('parabola', r, Math.max(Math.abs(F(X) - 3) * (1 - X) / (1 + 4 * X * X), Math.abs(r.x[1]! - X * X))); }
  { const x0 = [3, -4, 1]; const r0 = Math.hypot(...x0); const r = flow((x: any) => add(norm(x), mul(0.5, sum(square(x)))), x0, 1.2, rtol); const f = ((r0 + 1) * Math.exp(-1.2) - 1) / r0; show('norm', r, err(r.x, x0.map((v) => v * f)));
    const q = flow((x: any) => add(norm(x), mul(0.5, sum(square(x)))), x0, 4, rtol); show('norm rest', q, err(q.x, [0, 0, 0])); console.log(q.rest, Math.log(r0 + 1)); }
  { const r = flow((x: any) => add(max(x), mul(0.5, sum(square(x)))), [5, 4, 3, 2, 1], 5, rtol);
    console.log('max5', r.x, r.rhs, r.events, r.reason); }
  { const x0 = [3, 1, 4, 1, 5, 9, 2, 6]; const r = flow((x: any) => add(sum(abs(sub(slice(x, [1], [8]), slice(x, [0], [7])))), half2(mul(1, x), x0.map((v) => v / 4))), x0, 50, rtol); console.log('tv8', r.x, r.rhs, r.events, r.reason); }
  { const r = flow((x: any) => add(abs(x), abs(mul(2, sub(x, 0)))) && sum(add(abs(at(x, 0)), add(abs(at(x, 1)), abs(add(at(x, 0), at(x, 1)))))), [1, 0.5], 3, rtol, {}); show('dep', r, err(r.x, [0, 0])); }
  { const r = flow((x: any) => add(norm(x), half2(x, [0.3, 0.2])), [1, 2], 5, rtol); show('norm off', r, err(r.x, [0, 0])); }
  { const r = flow((x: any) => add(add(norm(x), mul(0.3, sum(abs(x)))), half2(x, [0.3, 0.2])), [1, 2], 5, rtol, { log: 0 }); show('group+l1', r, err(r.x, [0, 0])); }
});
