// Norms of numbers whose squares overflow or vanish
import { dot, maxAbs, norm2 } from '@nonsmooth/core';

console.log(norm2([3e200, 4e200])); // Math.sqrt(dot(x, x)) would be ∞
console.log(norm2([3e-200, 4e-200])); // and here 0
console.log(dot(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)), maxAbs([1, -7, 3]));

// prints
// 4.9999999999999995e+200
// 5e-200
// 32 7
