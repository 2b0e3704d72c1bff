import type { BranchStep } from '../cells/search.js';

export type Membership = 'in' | 'out' | 'undecided';

/** The four subdifferentials: Fréchet ⊂ limiting ⊂ Clarke and Bouligand ⊂ limiting. */
export interface Memberships {
  readonly frechet: Membership;
  readonly limiting: Membership;
  readonly bouligand: Membership;
  readonly clarke: Membership;
}

export type SubdifferentialName = keyof Memberships;

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

/** Why a membership holds or does not; every kind can be checked from the program alone. Plain data. */
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
  /** Independent rows of the active kinks: closed forms in the multipliers μᵀZ = a − g. */
  | { readonly kind: 'independentRows' }
  /** Independent rows, so that every signature is attained, and g = g_σ with σ ∈ [−1, 1]. */
  | { readonly kind: 'independentChoice' }
  /** The inequality Δf(d) ≥ ⟨g, d⟩ holds on every cell; the tree leads to all of them. */
  | { readonly kind: 'everyCell'; readonly tree: readonly BranchStep[] }
  /** Near a direction with this pattern of Δz, g satisfies the Fréchet inequality. */
  | {
      readonly kind: 'face';
      readonly pattern: readonly number[];
      readonly direction: SparseEntries;
      readonly tree: readonly BranchStep[] | undefined;
    }
  | { readonly kind: 'impliedBy'; readonly set: SubdifferentialName }
  /** A vector v with Z·v = 0 and ⟨g, v⟩ ≠ ⟨a, v⟩. */
  | { readonly kind: 'outsideRowSpace'; readonly vector: SparseEntries }
  /** A direction with f′(x; d) < ⟨g, d⟩. */
  | { readonly kind: 'descent'; readonly direction: SparseEntries }
  /** ⟨g_σ − g, v⟩ > 0 for all cells, or with `outer` for all σ ∈ {±1}^k. */
  | {
      readonly kind: 'separation';
      readonly direction: SparseEntries;
      readonly tree: readonly BranchStep[] | undefined;
      readonly outer: boolean;
    }
  /** g_σ ≠ g for all cells, or with `outer` for all σ ∈ {±1}^k. */
  | {
      readonly kind: 'noCell';
      readonly tree: readonly BranchStep[] | undefined;
      readonly outer: boolean;
    }
  /** The Fréchet inequality fails near every pattern that is attained, or with `outer` for every pattern. */
  | { readonly kind: 'noFace'; readonly outer: boolean };

export interface Decision {
  readonly answer: Membership;
  readonly proof?: Proof;
  /** Why it is undecided. */
  readonly reason?: string;
}

export type Decisions = { readonly [S in SubdifferentialName]: Decision };
