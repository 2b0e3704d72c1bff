// Fit a line to noisy points, reproducibly: the same numbers on every machine.
import { fromData, key, leastSquares, linspace, normal, split, tensor } from '@nonsmooth/tensor';

const [noiseKey] = split(key(2025), 1);
const x = linspace(-1, 1, 201);
const noise = normal(noiseKey!, x.shape, { standardDeviation: 0.1 });
const y = fromData(x.data.map((t, i) => 3 * t - 2 + noise.data[i]!));

const design = tensor(Array.from(x.data, (t) => [t, 1]));
const [slope, intercept] = leastSquares(design, y).data;
console.log(`slope ${slope!.toFixed(3)}, intercept ${intercept!.toFixed(3)}`);

// Strided views without copying are scijs ndarrays; tensor() copies one back to contiguous memory.
const columns = tensor(design.view.transpose(1, 0));
console.log(`shape ${columns.shape.join(' × ')}, last entry ${columns.view.get(1, 200)}`);
