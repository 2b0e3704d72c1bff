// Shuffle, without bias
import { key, permutation } from '@nonsmooth/tensor';

const order = permutation(key(1), 8);
console.log([...order].sort((i, j) => i - j).join(' ')); // each index once

// of 6000 shuffles of three things, each of the six orders comes about 1000 times
const counts = new Map<string, number>();
for (let k = 0; k < 6000; k++) {
  const name = permutation(key(k), 3).join('');
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
console.log(
  counts.size,
  [...counts.values()].every((n) => Math.abs(n - 1000) < 130),
);

// prints
// 0 1 2 3 4 5 6 7
// 6 true
