import { dot } from '@nonsmooth/core';
import { combinations, normalTo, orthonormalBasis, removeSpan } from './orthonormal-basis.js';
import type { ShallowProblem } from './kinks.js';

/** A sign for each group of a flat: on which side of its kink a direction leads, 0 along it. */
export type Face = Int8Array;

/**
 * Kinks of one neuron that hold together: all groups whose (x_g, 1) lie in the span V of a few of them, so that a
 * (w, b) ⊥ V is on all of them at once. What happens there depends on the part of (w, b) in V only.
 */
export interface Flat {
  /** The groups, ascending. */
  readonly groups: readonly number[];
  /** (x_g, 1) of each group. */
  readonly vectors: readonly Float64Array[];
  /** Orthonormal basis of V. */
  readonly basis: readonly Float64Array[];
  /** Independent kinks only: the vectors of V with ⟨dual_g, x_h⟩ = 1 if g = h, else 0. */
  readonly duals: readonly Float64Array[] | undefined;
  /** The hyperplanes ⟨·, x_g⟩ = 0 in V; undefined where there are too many faces to decide. */
  readonly arrangement: Arrangement | undefined;
}

/** A central arrangement of hyperplanes. */
export interface Arrangement {
  /** Unit vectors along its rays: a function that is linear on every cell is ≥ 0 exactly if it is so on them. */
  readonly rays: readonly Float64Array[];
  /** All sign vectors, the zero one included. */
  readonly faces: readonly Face[];
  /** Those without zeros. */
  readonly cells: readonly Face[];
}

/** Finds the flat that some groups span. */
export type FindFlat = (groups: readonly number[]) => Flat;

/** Relative distance below which (x_g, 1) counts as lying in a span. */
const dependent = 1e-10;
/** Counts at which an arrangement is given up. */
const mostRays = 600;
const mostFaces = 4000;

/** The flats of a problem, each built once. */
export function flatsOf(problem: ShallowProblem): FindFlat {
  const width = problem.inputDimension + 1;
  const vectors = Array.from({ length: problem.groups }, (_, g) =>
    problem.extendedInputs.subarray(g * width, (g + 1) * width),
  );
  const flats = new Map<string, Flat>();
  return (spanning) => {
    const name = spanning.join(' ');
    let flat = flats.get(name);
    if (flat === undefined) {
      const basis = orthonormalBasis(
        spanning.map((g) => vectors[g]!),
        dependent,
      );
      const groups = [...vectors.keys()].filter(
        (g) =>
          spanning.includes(g) ||
          orthonormalBasis([...basis, vectors[g]!], dependent).length === basis.length,
      );
      const closed = groups.join(' ');
      flat =
        flats.get(closed) ??
        build(
          groups,
          groups.map((g) => vectors[g]!),
          basis,
        );
      flats.set(closed, flat);
      flats.set(name, flat);
    }
    return flat;
  };
}

function build(
  groups: readonly number[],
  vectors: readonly Float64Array[],
  basis: readonly Float64Array[],
): Flat {
  const duals =
    groups.length > basis.length
      ? undefined
      : vectors.map((vector, k) => {
          const dual = vector.slice();
          removeSpan(
            dual,
            orthonormalBasis(
              vectors.filter((_, i) => i !== k),
              dependent,
            ),
          );
          const along = dot(dual, vector);
          return dual.map((x) => x / along);
        });
  return { groups, vectors, basis, duals, arrangement: arrange(vectors, basis) };
}

/**
 * The faces of an arrangement that spans its space are the compositions of its rays: (f ∘ c)_g = f_g, or c_g where
 * f_g = 0 (covectors from cocircuits: Björner et al., Oriented Matroids, Cambridge 1999, section 3.7).
 */
function arrange(
  vectors: readonly Float64Array[],
  basis: readonly Float64Array[],
): Arrangement | undefined {
  const rays: Float64Array[] = [];
  const zero = new Int8Array(vectors.length);
  if (basis.length === 0) return { rays, faces: [zero], cells: [zero] };
  const circuits = new Map<string, Face>();
  for (const chosen of combinations(vectors.length, basis.length - 1)) {
    const ray = normalTo(
      chosen.map((k) => vectors[k]!),
      basis,
      dependent,
    );
    if (ray === undefined) continue;
    for (const one of [ray, ray.map((x) => -x)]) {
      const face = sides(one, vectors);
      const name = face.join();
      if (circuits.has(name)) continue;
      circuits.set(name, face);
      rays.push(one);
    }
    if (rays.length > mostRays) return undefined;
  }
  const faces = new Map<string, Face>([[zero.join(), zero]]);
  // a Map goes on to what is added while it is walked
  for (const face of faces.values()) {
    for (const circuit of circuits.values()) {
      const composed = face.map((sign, k) => (sign === 0 ? circuit[k]! : sign));
      faces.set(composed.join(), composed);
    }
    if (faces.size > mostFaces) return undefined;
  }
  const all = [...faces.values()];
  return { rays, faces: all, cells: all.filter((face) => !face.includes(0)) };
}

/** On which side of each kink a direction leads. */
export function sides(direction: Float64Array, vectors: readonly Float64Array[]): Face {
  const size = Math.sqrt(dot(direction, direction));
  return Int8Array.from(vectors, (x) => {
    const along = dot(direction, x);
    return Math.abs(along) <= dependent * size * Math.sqrt(dot(x, x)) ? 0 : Math.sign(along);
  });
}
