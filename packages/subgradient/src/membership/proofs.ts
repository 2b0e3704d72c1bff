import type { Reason } from './reasons.js';
import type { BranchStep } from '../cells/search.js';

/** Whether a vector belongs to a subdifferential. */
export type Membership = 'in' | 'out' | 'undecided';

/** The four subdifferentials: Fréchet ⊂ limiting ⊂ Clarke and Bouligand ⊂ limiting. */
export interface Memberships {
  readonly frechet: Membership;
  readonly limiting: Membership;
  readonly bouligand: Membership;
  readonly clarke: Membership;
}

/** The name of one of the four subdifferentials. */
export type SubdifferentialName = keyof Memberships;

/** The names of the four subdifferentials. */
export const subdifferentialNames: readonly SubdifferentialName[] = [
  'frechet',
  'limiting',
  'bouligand',
  'clarke',
];

/** Sparse vectors of exact numbers: [index, "n" or "n/d"]. */
export type SparseEntries = readonly (readonly [number, string])[];

/** A cell: its signature and a direction strictly inside it. */
export interface CellWitness {
  readonly signature: readonly number[];
  readonly direction: SparseEntries;
}

/** Why Δf(d) ≥ ⟨g, d⟩ for all d, or for all d near a direction at which Δz has a given pattern of signs. */
export type FrechetProof =
  /** μ with Δf(d) − ⟨g, d⟩ = Σ μ_iΔz_i + β_i|Δz_i| and |μ_i| ≤ β_i, over the kinks without a sign. */
  | { readonly kind: 'multipliers'; readonly multipliers: SparseEntries }
  /** The tree leads to all cells, and says for each which signed rows g_σ − g is a combination of. */
  | { readonly kind: 'everyCell'; readonly tree: readonly BranchStep[] };

/** One step of a depth-first search over all patterns in {−1, 0, 1}^k, at each kink 0 first, then 1, then −1. */
export type FaceStep =
  | { readonly kind: 'open' }
  /** Not attained: Σ m_js_j∇z_j = 0 with m_j ≥ 0, not all 0, where s_j ≠ 0, and any multiples of rows with s_j = 0. */
  | { readonly kind: 'refuted'; readonly multipliers: SparseEntries }
  /** At the end of a pattern s: Δf(d) < ⟨g, d⟩ with s_iΔz_i for |Δz_i| where s_i ≠ 0. */
  | { readonly kind: 'descent'; readonly direction: SparseEntries };

/** Kinks that no others are coupled with, and weights for their signatures. */
export interface PartCombination {
  readonly kinks: readonly number[];
  readonly terms: readonly { readonly signature: readonly number[]; readonly weight: string }[];
}

/** Active kinks of one unit at equal inputs: one function z. */
export interface WeighedClass {
  /** Positions among all switching variables. */
  readonly kinks: readonly number[];
  /** Sign of the factor β of |z|: −1, 0 or 1; null where rounding hides it. */
  readonly weight: number | null;
}

/** Why a membership holds or does not; every kind can be checked by multiplying and adding. Plain data. */
export type Proof =
  /** No active kink matters: every subdifferential is {∇f(x)}. */
  | { readonly kind: 'differentiable' }
  /** g = g_σ, and the direction lies strictly inside the cell of σ. */
  | { readonly kind: 'cell'; readonly cell: CellWitness }
  /** g is this convex combination of gradients of cells. */
  | {
      readonly kind: 'combination';
      readonly terms: readonly (CellWitness & { readonly weight: string })[];
    }
  /** Independent rows of the active kinks, so that every signature is attained, and μᵀZ = a − g: closed forms. */
  | { readonly kind: 'independentRows'; readonly multipliers: readonly string[] }
  /** Independent rows: g is a convex combination, part by part, of the gradients of all signatures. */
  | {
      readonly kind: 'independentCombination';
      readonly multipliers: readonly string[];
      readonly parts: readonly PartCombination[];
    }
  /** Independent rows: on these kinks, which depend on no others, a direction separates g from all signatures. */
  | {
      readonly kind: 'independentSeparation';
      readonly multipliers: readonly string[];
      readonly kinks: readonly number[];
      readonly direction: readonly string[];
    }
  /**
   * A ReLU network with own biases, g = g_σ with one σ for all kinks. Gradients of the classes are independent: sorted
   * by layers they are block triangular with the units' own weights on the diagonal. Then all hangs on the signs of β.
   */
  | { readonly kind: 'layers'; readonly classes: readonly WeighedClass[] }
  /**
   * A ReLU network with own biases and one σ per neuron, whatever is done with its outputs: signed shifts of the biases
   * approach the point where all signs are strict, so that g_σ is a limit of gradients for σ ∈ {±1} and, being affine
   * in each σ, a convex combination of such limits for σ ∈ [−1, 1] (arXiv 2501.15646, 2407.09639).
   */
  | { readonly kind: 'biasShift' }
  /** Rows independent, and signs of β_i known, by margins beyond all rounding; g = g_σ. */
  | { readonly kind: 'margins' }
  | FrechetProof
  /** Near a direction with this pattern of Δz, g satisfies the Fréchet inequality. */
  | {
      readonly kind: 'face';
      readonly pattern: readonly number[];
      readonly direction: SparseEntries;
      readonly near: FrechetProof;
    }
  | { readonly kind: 'impliedBy'; readonly set: SubdifferentialName }
  /** A vector v with Z·v = 0 and ⟨g, v⟩ ≠ ⟨a, v⟩. */
  | { readonly kind: 'outsideRowSpace'; readonly vector: SparseEntries }
  /** A direction with f′(x; d) < ⟨g, d⟩. */
  | { readonly kind: 'descent'; readonly direction: SparseEntries }
  /** ⟨g_σ − g, v⟩ > 0 for all cells, or without a tree for all σ ∈ {±1}^k. */
  | {
      readonly kind: 'separation';
      readonly direction: SparseEntries;
      readonly tree: readonly BranchStep[] | undefined;
    }
  /** g_σ ≠ g for all cells, or without a tree for all σ ∈ {±1}^k. */
  | { readonly kind: 'noCell'; readonly tree: readonly BranchStep[] | undefined }
  /** The Fréchet inequality fails near every pattern that Δz takes, or near all of {−1, 0, 1}^k. */
  | {
      readonly kind: 'noFace';
      readonly scope: 'attained' | 'all';
      readonly steps: readonly FaceStep[];
    };

/** The membership of a vector in one subdifferential, with a proof or a reason. */
export interface Decision {
  readonly answer: Membership;
  readonly proof?: Proof;
  /** Why it is undecided. */
  readonly reason?: Reason;
}

/** The decision for each of the four subdifferentials. */
export type Decisions = { readonly [S in SubdifferentialName]: Decision };
