/** Samples with equal inputs, which have equal kinks, in the order of their first ones. */
export interface SampleGroups {
  readonly count: number;
  /** By group: its first sample, and its input, count × width. */
  readonly first: Int32Array;
  readonly inputs: Float64Array;
  /** The group of each sample. */
  readonly of: Int32Array;
}

/** Groups the samples (samples × width). */
export function groupSamples(inputs: Float64Array, width: number): SampleGroups {
  const samples = inputs.length / width;
  const order = Int32Array.from({ length: samples }, (_, s) => s);
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < width; i++) {
      const difference = inputs[a * width + i]! - inputs[b * width + i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  order.sort((a, b) => compare(a, b) || a - b);
  // the first sample of the group of each
  const head = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const isSame = i > 0 && compare(order[i]!, order[i - 1]!) === 0;
    head[order[i]!] = isSame ? head[order[i - 1]!]! : order[i]!;
  }
  const of = new Int32Array(samples);
  const first: number[] = [];
  for (let s = 0; s < samples; s++) {
    of[s] = head[s] === s ? first.push(s) - 1 : of[head[s]!]!;
  }
  const grouped = new Float64Array(first.length * width);
  first.forEach((s, g) => grouped.set(inputs.subarray(s * width, (s + 1) * width), g * width));
  return { count: first.length, first: Int32Array.from(first), inputs: grouped, of };
}
