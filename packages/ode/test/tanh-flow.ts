import { readFileSync } from 'node:fs';
import type { InitialValueProblem } from '@nonsmooth/ode';

interface TanhFlow {
  readonly x: number[];
  readonly y: number[];
  readonly theta0: number[];
  readonly t1: number;
  readonly reference: number[];
}

const data = JSON.parse(
  readFileSync(new URL('data/tanh-flow.json', import.meta.url), 'utf8'),
) as TanhFlow;
const width = 16;

export const reference: readonly number[] = data.reference;

/** Writes −∇ mean (Σ_j v_j tanh(w_j x + b_j) + c − y)² at θ = (w, b, v, c). */
function descent(_t: number, theta: Float64Array, out: Float64Array): void {
  const z = new Float64Array(width);
  out.fill(0);
  data.x.forEach((x, k) => {
    let f = theta[3 * width]!;
    for (let j = 0; j < width; j++) {
      z[j] = Math.tanh(theta[j]! * x + theta[width + j]!);
      f += theta[2 * width + j]! * z[j]!;
    }
    const r = (-2 * (f - data.y[k]!)) / data.x.length;
    for (let j = 0; j < width; j++) {
      const slope = r * theta[2 * width + j]! * (1 - z[j]! * z[j]!);
      out[j] = out[j]! + slope * x;
      out[width + j] = out[width + j]! + slope;
      out[2 * width + j] = out[2 * width + j]! + r * z[j]!;
    }
    out[3 * width] = out[3 * width]! + r;
  });
}

/** Writes the derivative of `descent` along u: minus the Hessian times u. */
function descentDerivative(
  _t: number,
  theta: Float64Array,
  u: Float64Array,
  out: Float64Array,
): void {
  const z = new Float64Array(width);
  const dz = new Float64Array(width);
  out.fill(0);
  data.x.forEach((x, k) => {
    let f = theta[3 * width]!;
    let df = u[3 * width]!;
    for (let j = 0; j < width; j++) {
      z[j] = Math.tanh(theta[j]! * x + theta[width + j]!);
      dz[j] = (1 - z[j]! * z[j]!) * (u[j]! * x + u[width + j]!);
      f += theta[2 * width + j]! * z[j]!;
      df += u[2 * width + j]! * z[j]! + theta[2 * width + j]! * dz[j]!;
    }
    const r = (-2 * (f - data.y[k]!)) / data.x.length;
    const dr = (-2 * df) / data.x.length;
    for (let j = 0; j < width; j++) {
      const v = theta[2 * width + j]!;
      const slope = 1 - z[j]! * z[j]!;
      const change = dr * v * slope + r * u[2 * width + j]! * slope - 2 * r * v * z[j]! * dz[j]!;
      out[j] = out[j]! + change * x;
      out[width + j] = out[width + j]! + change;
      out[2 * width + j] = out[2 * width + j]! + dr * z[j]! + r * dz[j]!;
    }
    out[3 * width] = out[3 * width]! + dr;
  });
}

/** The gradient flow of a 1-16-1 tanh network on 256 points, to t = 100. */
export const tanhFlow: InitialValueProblem = {
  rhs: descent,
  y0: data.theta0,
  t0: 0,
  t1: data.t1,
  autonomous: true,
  symmetric: true,
};

/** The same with Hessian–vector products. */
export const tanhFlowWithHessian: InitialValueProblem = {
  ...tanhFlow,
  jacobianVector: descentDerivative,
};

/** max_i |θ_i(100) − reference_i| */
export function errorAtEnd(theta: ArrayLike<number>): number {
  return Math.max(...reference.map((value, i) => Math.abs(value - theta[i]!)));
}
