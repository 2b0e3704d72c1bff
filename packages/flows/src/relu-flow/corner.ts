import { dot, largest } from '@nonsmooth/core';
import { minimalNormPoint } from '@nonsmooth/subgradient';
import { sides, type Arrangement, type Face, type FindFlat, type Flat } from './flat.js';
import { combinations, normalTo, removeSpan } from './orthonormal-basis.js';

/**
 * The risk where a neuron is on the kinks of a flat, to first order in the part δ ∈ V of its (w, b) across them:
 *
 *     ℓ(δ) = ⟨free, δ⟩ + Σ_g pull_g relu⟨δ, x_g⟩
 *
 * Nothing else decides how it goes on: z_g is linear in (w, b), and another neuron does not see a z_g = 0.
 */
export interface Corner {
  readonly flat: Flat;
  /** Gradient with respect to (w, b) of the groups off the flat. */
  readonly free: Float64Array;
  /** For each group of the flat. */
  readonly pulls: Float64Array;
  /** Whether the neuron is active on any group off the flat. */
  readonly active: boolean;
  /** Forces smaller than this may be rounding of the residuals. */
  readonly noise: number;
}

/** A solution of δ' ∈ −∂ℓ(δ) (Clarke) that leaves the corner along a face, or stays along the zero face. */
interface Continuation {
  readonly face: Face;
  /** Held on a kink that repels, by forces that are not all 0: the slightest disturbance throws it off. */
  readonly unstable: boolean;
}

/**
 * The faces along which the flow can go on. There always is one, the direction of steepest descent, or 0 where there
 * is none. The first is the one to follow: not held on a kink that repels, then with the fewest groups switched on
 * (relu'(0) = 0), then off rather than held. More than one: the solution is not unique.
 */
export function continuations(corner: Corner, { faces }: Arrangement, findFlat: FindFlat): Face[] {
  const count = (face: Face, sign: number): number =>
    face.reduce((sum, one) => sum + (one === sign ? 1 : 0), 0);
  return faces
    .map((face) => continuation(corner, face, findFlat))
    .filter((one) => one !== undefined)
    .sort(
      (p, q) =>
        Number(p.unstable) - Number(q.unstable) ||
        count(p.face, 1) - count(q.face, 1) ||
        count(p.face, 0) - count(q.face, 0),
    )
    .map(({ face }) => face);
}

function continuation(
  { flat: { groups, vectors }, free, pulls, noise, active }: Corner,
  face: Face,
  findFlat: FindFlat,
): Continuation | undefined {
  const held = [...face.keys()].filter((k) => face[k] === 0);
  const gradient = free.slice();
  face.forEach((sign, k) => {
    if (sign > 0) add(gradient, pulls[k]!, vectors[k]!);
  });
  const flat = findFlat(held.map((k) => groups[k]!));
  const velocity = gradient.map((x) => -x);
  removeSpan(velocity, flat.basis);
  const leaves = face.every((sign, k) => sign === 0 || sign * dot(velocity, vectors[k]!) > 0);
  if (!leaves) return undefined;
  const inner = {
    flat,
    noise,
    active,
    free: gradient,
    pulls: pulls.filter((_, k) => face[k] === 0),
  };
  const isDead = held.length > 0 && !active && !face.includes(1);
  const unstable = !isDead && inner.pulls.some((pull) => pull < 0);
  const shares = holdingShares(inner);
  if (shares !== undefined) {
    // A share at an end of what holds is there only up to rounding, and the face beside it may be closed by rounding too.
    const size = [...shares, ...inner.pulls].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const rounding = 1e-13 * size;
    const holds = shares.every((share, k) => {
      const pull = inner.pulls[k]!;
      return share >= Math.min(0, pull) - rounding && share <= Math.max(0, pull) + rounding;
    });
    return holds ? { face, unstable } : undefined;
  }
  const gradients = cellGradients(inner);
  const size = largest(gradients.map((one) => Math.sqrt(dot(one, one))));
  const holds = minimalNormPoint(gradients).norm <= 1e-12 * size;
  return holds ? { face, unstable } : undefined;
}

/**
 * For independent kinks: the β_g with free + Σ β_g x_g ⊥ V, which keep the neuron on them; it is held while each is
 * between 0 (off) and pull_g (on). Filippov's activations are β_g/pull_g. Undefined for dependent kinks.
 */
export function holdingShares({ flat, free }: Corner): Float64Array | undefined {
  return (
    flat.duals &&
    Float64Array.from(flat.duals, (dual) => {
      const share = -dot(dual, free);
      // exactly 0, not −0, for a neuron with no other active group
      return share === 0 ? 0 : share;
    })
  );
}

/**
 * For dependent kinks, whose activations are not unique: how far 0 lies inside the hull of the gradients of all
 * cells, the negative distance outside. The neuron is held while this is positive, and `exit` is the face of the
 * direction in which it is the least.
 */
export function holdingMargin(corner: Corner): { readonly margin: number; readonly exit: Face } {
  const { flat } = corner;
  const gradients = cellGradients(corner);
  const nearest = minimalNormPoint(gradients);
  let margin = -nearest.norm;
  let outward: Float64Array = nearest.point.map((x) => -x);
  const size = largest(gradients.map((one) => Math.sqrt(dot(one, one))));
  if (nearest.norm <= 1e-12 * size) {
    margin = Infinity;
    for (const chosen of combinations(gradients.length, flat.basis.length)) {
      const [first, ...others] = chosen.map((c) => gradients[c]!);
      const edges = others.map((one) => one.map((x, i) => x - first![i]!));
      const normal = normalTo(edges, flat.basis, 1e-12);
      if (normal === undefined) continue;
      for (const one of [normal, normal.map((x) => -x)]) {
        const support = largest(gradients.map((gradient) => dot(gradient, one)));
        if (support < margin) [margin, outward] = [support, one];
      }
    }
  }
  return { margin, exit: sides(outward, flat.vectors) };
}

/** Whether `holdingMargin` is affordable within every step. */
export function canBeHeld({ basis, duals, arrangement }: Flat): boolean {
  if (duals !== undefined) return true;
  return arrangement !== undefined && arrangement.cells.length ** basis.length <= 20_000;
}

/**
 * With free = 0: the least value of ℓ on the unit rays that switch something on; negative exactly where the risk
 * falls in some direction.
 */
export function steepestRay({ flat: { vectors }, pulls }: Corner, { rays }: Arrangement): number {
  let least = Infinity;
  for (const ray of rays) {
    let value = 0;
    const face = sides(ray, vectors);
    face.forEach((sign, k) => {
      if (sign > 0) value += pulls[k]! * dot(ray, vectors[k]!);
    });
    if (face.includes(1)) least = Math.min(least, value);
  }
  return least;
}

/** The gradients of ℓ on all cells, in V. */
function cellGradients({ flat, free, pulls }: Corner): Float64Array[] {
  const { basis, vectors, arrangement } = flat;
  return arrangement!.cells.map((cell) => {
    const gradient = free.slice();
    cell.forEach((sign, k) => {
      if (sign > 0) add(gradient, pulls[k]!, vectors[k]!);
    });
    const inSpan = new Float64Array(free.length);
    for (const q of basis) add(inSpan, dot(q, gradient), q);
    return inSpan;
  });
}

function add(sum: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * vector[i]!;
}
