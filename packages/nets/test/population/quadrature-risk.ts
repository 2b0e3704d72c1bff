import { integrate } from './adaptive-quadrature.js';

export interface QuadratureProblem {
  readonly neurons: number;
  readonly outputs: number;
  readonly interval: readonly [number, number];
  readonly target: (x: number, output: number) => number;
  readonly density: (x: number) => number;
}

const relu = (z: number): number => Math.max(z, 0);

/** The slow twin of populationRisk: its definitions, integrated without knowing where anything bends. */
export function quadratureRisk(problem: QuadratureProblem, theta: Float64Array) {
  const { neurons: h, outputs: m, interval, target, density } = problem;
  const w = theta.subarray(0, h);
  const b = theta.subarray(h, 2 * h);
  const v = (j: number, i: number): number => theta[(2 + j) * h + i]!;
  const c = theta.subarray((2 + m) * h);
  const z = (i: number, x: number): number => w[i]! * x + b[i]!;
  const outputsOf = Array.from({ length: m }, (_, j) => j);
  const neuronsOf = Array.from({ length: h }, (_, i) => i);

  const residual = (j: number, x: number): number =>
    neuronsOf.reduce((sum, i) => sum + v(j, i) * relu(z(i, x)), c[j]!) - target(x, j);
  /** ∂N_j(x)/∂θ. */
  const derivative = (j: number, x: number): number[] => [
    ...neuronsOf.map((i) => (z(i, x) > 0 ? v(j, i) * x : 0)),
    ...neuronsOf.map((i) => (z(i, x) > 0 ? v(j, i) : 0)),
    ...outputsOf.flatMap((o) => neuronsOf.map((i) => (o === j ? relu(z(i, x)) : 0))),
    ...outputsOf.map((o) => (o === j ? 1 : 0)),
  ];
  const mean = (f: (j: number, x: number) => number): number =>
    outputsOf.reduce((sum, j) => sum + integrate((x) => f(j, x) * density(x), ...interval), 0);

  return {
    value: (): number => mean((j, x) => residual(j, x) ** 2),
    gradient: (): number[] =>
      Array.from({ length: theta.length }, (_, k) =>
        mean((j, x) => 2 * residual(j, x) * derivative(j, x)[k]!),
      ),
    /** 2∫∂N∂Nᵀp, 2∫R∂²Np, and for every breakpoint x of (a, b): 2vR(x)p(x)/|w|·(x, 1)ᵀ(x, 1). */
    hessian(): number[][] {
      const d = theta.length;
      const matrix = Array.from({ length: d }, (_, row) =>
        Array.from({ length: d }, (_, column) =>
          row < column
            ? 0
            : mean((j, x) => {
                const gradient = derivative(j, x);
                return 2 * gradient[row]! * gradient[column]!;
              }),
        ),
      );
      for (let row = 0; row < d; row++) {
        for (let column = row + 1; column < d; column++)
          matrix[row]![column] = matrix[column]![row]!;
      }
      const add = (row: number, column: number, amount: number): void => {
        matrix[row]![column]! += amount;
        if (row !== column) matrix[column]![row]! += amount;
      };
      for (const i of neuronsOf) {
        const x = -b[i]! / w[i]!;
        for (const j of outputsOf) {
          const outgoing = (2 + j) * h + i;
          const active = (t: number): number => (z(i, t) > 0 ? 2 * residual(j, t) * density(t) : 0);
          add(
            outgoing,
            i,
            integrate((t) => active(t) * t, ...interval),
          );
          add(outgoing, h + i, integrate(active, ...interval));
          if (x > interval[0] && x < interval[1]) {
            const bend = (2 * v(j, i) * residual(j, x) * density(x)) / Math.abs(w[i]!);
            add(i, i, bend * x * x);
            add(h + i, i, bend * x);
            add(h + i, h + i, bend);
          }
        }
      }
      return matrix;
    },
  };
}
