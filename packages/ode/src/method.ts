/** An embedded explicit Runge–Kutta pair in the notation of Hairer, Nørsett, Wanner. */
export interface Method {
  readonly name: string;
  /** Order of the solution that is continued. */
  readonly order: number;
  /** Order of the embedded error estimate's solution. */
  readonly embeddedOrder: number;
  readonly stages: number;
  /** Strictly lower triangular coefficients, row i for stage i. */
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  /** b minus the embedded weights. */
  readonly e: readonly number[];
  /** Whether the last stage is the right-hand side at the new point (first same as last). */
  readonly firstSameAsLast: boolean;
  readonly interpolant: {
    readonly order: number;
    /** y(t + θh) = y + h Σ_i k_i Σ_j p[i][j]·θ^(j+1). */
    readonly p: readonly (readonly number[])[];
  };
  readonly citation: string;
}
