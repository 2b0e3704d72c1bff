/**
 * Backward differences ∇^j y of order 0 to k of equidistant values are the polynomial of degree k
 * y(t + s·h) = Σ_j p_j(s)·∇^j y with p_j(s) = s(s + 1)…(s + j − 1)/j!.
 */
export const highestDifference = 7;

/** p_j at s = −factor·k */
function basis(j: number, k: number, factor: number): number {
  let product = 1;
  for (let m = 0; m < j; m++) product *= (m - factor * k) / (m + 1);
  return product;
}

const binomials = Array.from({ length: highestDifference + 1 }, (_, n) =>
  Array.from({ length: n + 1 }, (_, k) => {
    let product = 1;
    for (let m = 0; m < k; m++) product = (product * (n - m)) / (m + 1);
    return product;
  }),
);

/** Makes the differences of order 0 to `order` those of the same polynomial at steps longer by `factor`. */
export function rescale(differences: readonly Float64Array[], order: number, factor: number): void {
  const n = differences[0]!.length;
  // ∇^j at the new steps is a combination of those ∇^i with i ≥ j: forward in j, in place
  for (let j = 1; j <= order; j++) {
    const target = differences[j]!;
    for (let i = j; i <= order; i++) {
      let weight = 0;
      for (let k = 0; k <= j; k++) {
        weight += (k % 2 ? -1 : 1) * binomials[j]![k]! * basis(i, k, factor);
      }
      const source = differences[i]!;
      if (i === j) for (let m = 0; m < n; m++) target[m] = weight * target[m]!;
      else for (let m = 0; m < n; m++) target[m] = target[m]! + weight * source[m]!;
    }
  }
}

/** Coefficients of p_j(θ − 1) by powers of θ, for j = 0 to 6. */
export const basisByPowers: readonly (readonly number[])[] = Array.from(
  { length: highestDifference },
  (_, j) => {
    let polynomial = [1];
    for (let m = 0; m < j; m++) {
      // times (θ − 1 + m)/(m + 1)
      const next = Array.from({ length: polynomial.length + 1 }, () => 0);
      polynomial.forEach((coefficient, power) => {
        next[power]! += (coefficient * (m - 1)) / (m + 1);
        next[power + 1]! += coefficient / (m + 1);
      });
      polynomial = next;
    }
    return polynomial;
  },
);
