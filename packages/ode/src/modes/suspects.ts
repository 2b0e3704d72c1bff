/** Surfaces without the same sign at all control points, or on their zero. */
export function suspects(
  values: readonly Float64Array[],
  m: number,
  sides: Int8Array,
  order: Int8Array,
  out: Int32Array,
): number {
  let length = 0;
  // five rows at a time, the last ones repeated: degree 4 is the common case
  const row = (k: number): Float64Array => values[Math.min(k, m)]!;
  for (let block = 0; block < m; block += 4) {
    const [v0, v1, v2, v3, v4] = [0, 1, 2, 3, 4].map((k) => row(block + k)) as unknown as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const known = length;
    let next = 0;
    for (let i = 0; i < sides.length; i++) {
      const side = sides[i]!;
      if (
        v0[i]! * side > 0 &&
        v1[i]! * side > 0 &&
        v2[i]! * side > 0 &&
        v3[i]! * side > 0 &&
        v4[i]! * side > 0 &&
        order[i] === 0
      ) {
        continue;
      }
      // found by an earlier block already?
      while (next < known && out[next]! < i) next++;
      if (next < known && out[next] === i) continue;
      out[length++] = i;
    }
    if (block > 0 && length > known) out.subarray(0, length).sort();
  }
  return length;
}
