// Fit a line through points
import { leastSquares, tensor } from '@nonsmooth/tensor';

const x = [0, 1, 2, 3];
const design = tensor(x.map((xi) => [1, xi]));
const { data } = leastSquares(design, tensor(x.map((xi) => 2 * xi - 1)));
console.log(data[0]!.toFixed(10), data[1]!.toFixed(10));

// prints
// -1.0000000000 2.0000000000
