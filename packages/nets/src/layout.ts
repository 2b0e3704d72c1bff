import type { ParameterSlice } from '@nonsmooth/core';

/**
 * The flat order of θ: scale `gamma` and shift `beta` of the input if normalized, then W¹, b¹, …, W^D, b^D,
 * weights row-major l_k × l_{k−1}.
 */
export function parameterLayout(
  widths: readonly number[],
  batchNormalization: boolean,
): readonly ParameterSlice[] {
  const slices: ParameterSlice[] = [];
  let offset = 0;
  const add = (name: string, ...shape: number[]): void => {
    slices.push({ name, offset, shape });
    offset += shape.reduce((size, extent) => size * extent, 1);
  };
  if (batchNormalization) {
    add('gamma', widths[0]!);
    add('beta', widths[0]!);
  }
  for (let k = 1; k < widths.length; k++) {
    add(`W${k}`, widths[k]!, widths[k - 1]!);
    add(`b${k}`, widths[k]!);
  }
  return slices;
}
