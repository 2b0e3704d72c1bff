// Random numbers are functions of a key: no hidden state, the same everywhere
import { foldIn, key, normal, split, uniform } from '@nonsmooth/tensor';

const root = key(42);
const [first, second] = split(root, 2);
const a = uniform(first!, [3]).data;
const b = uniform(first!, [3]).data;
console.log(a.every((x, i) => x === b[i])); // the same key, the same numbers
console.log(uniform(second!, [3]).data[0] === a[0]);

// the mean of 10 000 normal numbers is within 4/√10 000 of 0
const numbers = Float64Array.from(normal(foldIn(root, 7), [10_000]).data);
console.log(Math.abs(numbers.reduce((sum, x) => sum + x, 0) / 10_000) < 0.04);

// prints
// true
// false
// true
