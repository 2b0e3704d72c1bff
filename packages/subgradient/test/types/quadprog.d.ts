declare module 'quadprog' {
  /** min ½xᵀDx − dᵀx subject to Aᵀx ≥ b; all arrays count from 1. */
  export function solveQP(
    D: number[][],
    d: number[],
    A: number[][],
    b: number[],
  ): { solution: number[]; value: number[]; message: string };
}
