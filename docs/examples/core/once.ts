// Compute something when it is first asked for, and never again
import { once } from '@nonsmooth/core';

let calls = 0;
const table = once(() => {
  calls++;
  return Array.from({ length: 4 }, (_, i) => i ** 2);
});

console.log(table()[3], table()[2], calls);

// prints
// 9 4 1
