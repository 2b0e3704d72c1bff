/** What every certificate carries. */
export interface Sealed {
  /** A checksum of all that it says and of the risk's data: what was changed, or is about another risk, is told at once. */
  readonly seal: string;
}

/** A certificate that nobody has sealed yet. */
export type Unsealed<Certificate> = Certificate extends unknown ? Omit<Certificate, 'seal'> : never;

/** Who proved what a certificate of kind `theorem` applies. */
export interface TheoremCertificate extends Sealed {
  readonly kind: 'theorem';
  readonly claim: 'converges';
  readonly name: 'constantTarget' | 'linearRegression';
  readonly citation: string;
  /** The state it speaks of; any other would do, too. */
  readonly from: readonly number[];
  readonly level: readonly [number, number];
}

/**
 * The residual r = N − y (its part in the subspace that the frozen activation pattern lets it move in) can be steered
 * anywhere: |r| falls at least at the rate a − K·s along a path of length s, so that the flow converges within ρ to a
 * point where that part is 0.
 */
export interface SurjectiveCertificate extends Sealed {
  readonly kind: 'surjective';
  readonly claim: 'converges';
  readonly from: readonly number[];
  /** The flow from `from` is no longer than this, and its limit no farther. */
  readonly radius: number;
  /** |r| ≤ b, σ_min(Dr) ≥ a, Lip(Dr) ≤ K on the ball of that radius. */
  readonly constants: { readonly a: number; readonly b: number; readonly K: number };
  /** (a² − 2Kb)/a² ≥ 0. */
  readonly margin: number;
  /** Dimension of the subspace that r moves in; samples·outputs for smooth networks. */
  readonly rank: number;
  /** Every flow from within this distance of `from` converges by the same argument. */
  readonly slack: number;
  /** Where the level of the limit lies. */
  readonly level: readonly [number, number];
}

/**
 * In the metric |δ| = |S⁻¹δ| around `centre` the Hessian lies between 1 − κ and 1 + κ on the ball of radius R, and `from`
 * in a sublevel set that does not reach its boundary: the flow converges to the only critical point there, an isolated
 * minimum (Newton–Kantorovich in a scaled metric).
 */
export interface MinimumCertificate extends Sealed {
  readonly kind: 'minimum';
  readonly claim: 'converges';
  readonly from: readonly number[];
  readonly centre: readonly number[];
  /** S, d × d, row-major. */
  readonly metric: readonly number[];
  /** R in that metric. */
  readonly radius: number;
  /** |from − centre|, |∇L(centre)| in the metric and its dual, and κ. */
  readonly constants: { readonly n: number; readonly gamma: number; readonly kappa: number };
  /** 1 − ((1 + κ)n² + 2γn)/((1 − κ)R² − 2γR) > 0. */
  readonly margin: number;
  /** The limit is this near to `centre`, in the Euclidean norm. */
  readonly limitWithin: number;
  /** Lower bound of the least eigenvalue of the Hessian near the centre. */
  readonly curvature: number;
  readonly level: readonly [number, number];
}

/**
 * Cross-entropy below (log 2)/M: every sample has its class's probability above ½, so that scaling the last layer up
 * lowers L everywhere on the sublevel set. No critical point there: ‖Θ‖ → ∞, by the dichotomy for definable risks.
 */
export interface NoCriticalPointCertificate extends Sealed {
  readonly kind: 'noCriticalPoint';
  readonly claim: 'diverges';
  readonly from: readonly number[];
  /** Upper bound of L(from). */
  readonly loss: number;
  /** (log 2)/M. */
  readonly below: number;
  readonly citation: string;
  readonly level: readonly [number, number];
}

/**
 * Every gradient on the ball is orthogonal to the tangents of the symmetries of L, on whose complement the Hessian is
 * ≥ a: along a path of length s there |∇L| falls by as or more, so that the flow goes no farther than b/a.
 */
export interface CurvatureCertificate extends Sealed {
  readonly kind: 'curvature';
  readonly claim: 'converges';
  readonly from: readonly number[];
  /** The flow from `from` is no longer than this, and its limit, a critical point, no farther. */
  readonly radius: number;
  /** |∇L(from)| ≤ b; a as above. */
  readonly constants: { readonly a: number; readonly b: number };
  /** 1 − b/(a·radius) ≥ 0. */
  readonly margin: number;
  readonly level: readonly [number, number];
}

/**
 * What is proved of the exact gradient flow that starts at the floating-point state `from`. Plain data: it survives JSON,
 * and `verifyConvergence` checks it without any search. It says nothing of how `from` was reached.
 */
export type ConvergenceCertificate =
  | TheoremCertificate
  | SurjectiveCertificate
  | MinimumCertificate
  | CurvatureCertificate
  | NoCriticalPointCertificate;

/** The kinds of convergence certificates. */
export type CertificateKind = ConvergenceCertificate['kind'];

/** Kinds of proof that were tried in vain, and why. */
export interface Refusal {
  readonly kind: CertificateKind;
  readonly reason: string;
}
