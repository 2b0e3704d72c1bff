// Solve a linear system, and refuse one that has no solution
import { SingularMatrixError, solve, tensor } from '@nonsmooth/tensor';

const a = tensor([
  [2, 1],
  [1, 3],
]);
console.log(...solve(a, tensor([5, 10])).data); // 2x + y = 5, x + 3y = 10

try {
  solve(
    tensor([
      [1, 2],
      [2, 4],
    ]),
    tensor([1, 1]),
  );
} catch (error) {
  console.log(error instanceof SingularMatrixError);
}

// prints
// 1 3
// true
