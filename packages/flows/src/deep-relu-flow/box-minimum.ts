import { solveGram } from '../solve-gram.js';

/**
 * The minimum of ½⟨x, Gx⟩ − ⟨h, x⟩ over 0 ≤ x ≤ end, for a Gram matrix with positive diagonal: by coordinates, and
 * then exactly on the face that these have found, if the solution there lies in the box.
 */
export function boxMinimum(
  gram: Float64Array,
  h: Float64Array,
  end: ArrayLike<number>,
  k: number,
): Float64Array {
  const x = new Float64Array(k);
  for (let sweep = 0; sweep < 1000; sweep++) {
    let moved = 0;
    for (let i = 0; i < k; i++) {
      let slope = h[i]!;
      for (let j = 0; j < k; j++) slope -= gram[i * k + j]! * x[j]!;
      const to = Math.min(end[i]!, Math.max(0, x[i]! + slope / gram[i * k + i]!));
      moved = Math.max(moved, Math.abs(to - x[i]!) / (end[i]! || 1));
      x[i] = to;
    }
    if (moved < 1e-15) break;
  }
  const free = [...x.keys()].filter((i) => x[i]! > 0 && x[i]! < end[i]!);
  const size = free.length;
  const faceGram = new Float64Array(size * size);
  const faceH = new Float64Array(size);
  free.forEach((i, p) => {
    let share = h[i]!;
    for (let j = 0; j < k; j++) if (!free.includes(j)) share -= gram[i * k + j]! * x[j]!;
    faceH[p] = share;
    free.forEach((j, q) => (faceGram[p * size + q] = gram[i * k + j]!));
  });
  const exact = solveGram(faceGram, faceH, size);
  if (free.every((i, p) => exact[p]! > 0 && exact[p]! < end[i]!)) {
    free.forEach((i, p) => (x[i] = exact[p]!));
  }
  return x;
}
