/** What is minimized: ½xᵀQx − p·x + Σ (α_i u_i + β_i|u_i|) with u_i = a_i·x − y_i, convex: Q ⪰ 0 and β ≥ 0. */
export interface PiecewiseQuadratic {
  readonly Q: readonly (readonly number[])[];
  readonly p: readonly number[];
  readonly terms: readonly {
    readonly a: readonly number[];
    readonly y: number;
    readonly alpha: number;
    readonly beta: number;
  }[];
}

const places = 60;

/** x·2^60, exactly: for multiples of 2^−60. */
function integer(x: number): bigint {
  const scaled = x * 2 ** places;
  if (!Number.isInteger(scaled)) throw new Error(`${x} is no multiple of 2^-${places}`);
  return BigInt(scaled);
}

/**
 * The solution of a regular system of integers as numerators of one positive denominator, by elimination without fractions
 * (Bareiss, 1968); undefined for singular ones.
 */
function solve(
  rows: readonly (readonly bigint[])[],
): { readonly x: bigint[]; readonly d: bigint } | undefined {
  const M = rows.map((row) => [...row]);
  const n = M.length;
  let before = 1n;
  for (let c = 0; c < n; c++) {
    const pivot = M.findIndex((row, i) => i >= c && row[c] !== 0n);
    if (pivot < 0) return undefined;
    if (pivot !== c) [M[c], M[pivot]] = [M[pivot]!.map((value) => -value), M[c]!];
    const top = M[c]!;
    for (let i = 0; i < n; i++) {
      if (i === c) continue;
      const row = M[i]!;
      const factor = row[c]!;
      for (let j = 0; j <= n; j++) row[j] = (row[j]! * top[c]! - factor * top[j]!) / before;
    }
    before = top[c]!;
  }
  const sign = before < 0n ? -1n : 1n;
  return { x: M.map((row) => sign * row[n]!), d: sign * before };
}

const ratio = (a: bigint, b: bigint): number => Number((a << 80n) / b) / 2 ** 80;

/**
 * A minimizer, by trying every pattern of sides: with the terms of A at 0 and the others on their sides, the equations of
 * Karush, Kuhn and Tucker are linear, and their solution is a minimizer if sides and multipliers are what they are taken
 * to be. All in integers.
 */
export function minimize({ Q, p, terms }: PiecewiseQuadratic): number[] {
  const n = p.length;
  const unit = 1n << BigInt(places);
  const exact = {
    Q: Q.map((row) => row.map(integer)),
    p: p.map(integer),
    terms: terms.map(({ a, y, alpha, beta }) => ({
      a: a.map(integer),
      y: integer(y),
      alpha: integer(alpha),
      beta: integer(beta),
    })),
  };
  const m = terms.length;
  for (let code = 0; code < 3 ** m; code++) {
    const sides = terms.map((_, i) => (Math.floor(code / 3 ** i) % 3) - 1);
    const held = sides.flatMap((side, i) => (side === 0 ? [i] : []));
    if (held.length > n) continue;
    // (Q x + Aᵀλ)·unit = (p − Σ (α ± β)a)·unit, A x = y
    const rows: bigint[][] = exact.p.map((value, k) => {
      let right = value * unit;
      exact.terms.forEach(({ a, alpha, beta }, i) => {
        right -= (alpha + BigInt(sides[i]!) * beta) * a[k]!;
      });
      return [
        ...exact.Q[k]!.map((q) => q * unit),
        ...held.map((i) => exact.terms[i]!.a[k]! * unit),
        right,
      ];
    });
    for (const i of held) {
      const { a, y } = exact.terms[i]!;
      rows.push([...a, ...held.map(() => 0n), y]);
    }
    const found = solve(rows);
    if (!found) continue;
    const { x, d } = found;
    const isOptimal = exact.terms.every(({ a, y, beta }, i) => {
      const at = held.indexOf(i);
      if (at >= 0) {
        const size = x[n + at]! < 0n ? -x[n + at]! : x[n + at]!;
        return size * unit <= beta * d;
      }
      let u = -y * d;
      a.forEach((value, k) => (u += value * x[k]!));
      return u * BigInt(sides[i]!) >= 0n;
    });
    if (isOptimal) return x.slice(0, n).map((value) => ratio(value, d));
  }
  throw new Error('no minimizer');
}

/** min over x of max_k (g_k·x + h_k): the lowest vertex of the epigraph, of all in which n + 1 pieces meet. */
export function leastMaximum(pieces: readonly { g: readonly number[]; h: number }[]): number {
  const n = pieces[0]!.g.length;
  const exact = pieces.map(({ g, h }) => ({ g: g.map(integer), h: integer(h) }));
  const unit = 1n << BigInt(places);
  let best: number | undefined;
  const choose = (from: number, chosen: readonly number[]): void => {
    if (chosen.length < n + 1) {
      for (let k = from; k < pieces.length; k++) choose(k + 1, [...chosen, k]);
      return;
    }
    // t − g·x = h
    const found = solve(
      chosen.map((k) => [...exact[k]!.g.map((value) => -value), unit, exact[k]!.h]),
    );
    if (!found) return;
    const { x, d } = found;
    const isBelow = exact.some(({ g, h }) => {
      let value = h * d - unit * x[n]!;
      g.forEach((slope, i) => (value += slope * x[i]!));
      return value > 0n;
    });
    const t = ratio(x[n]!, d);
    if (!isBelow && !(best !== undefined && best <= t)) best = t;
  };
  choose(0, []);
  return best!;
}
