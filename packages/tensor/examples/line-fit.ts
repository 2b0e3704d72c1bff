// Fit a line to noisy points, reproducibly: the same numbers on every machine.
import { foldIn, fromData, key, leastSquares, linspace, normal, tensor } from '@nonsmooth/tensor';

const x = linspace(-1, 1, 201);
const noise = normal(foldIn(key(2025), 0), x.shape, { standardDeviation: 0.1 }).view;
const y = fromData(x.data.map((t, i) => 3 * t - 2 + noise.get(i)));

const design = tensor(Array.from(x.data, (t) => [t, 1]));
const line = leastSquares(design, y).view;
console.log(`slope ${line.get(0).toFixed(3)}, intercept ${line.get(1).toFixed(3)}`);

// Strided views without copying are scijs ndarrays; tensor() copies one back to contiguous memory.
const columns = tensor(design.view.transpose(1, 0));
console.log(`shape ${columns.shape.join(' × ')}, last entry ${columns.view.get(1, 200)}`);
