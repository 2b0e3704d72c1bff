// tanh of a wide range: no overflow inside, slopes to the last digit
import { defaultKernels } from '@nonsmooth/kernels';

const x = Float64Array.of(-800, -1, 0, 1e-300, 1, 800);
const workspace = defaultKernels.workspace('f64', [6, 6, 6]);
const [at, value, slope] = workspace.arrays;
at!.set(x);
workspace.activation({ name: 'tanh' }, at!, value!, slope!);

console.log(Array.from(value!, (v) => v.toPrecision(6)).join(' '));
console.log(Array.from(slope!, (v) => v.toPrecision(6)).join(' '));

// prints
// -1.00000 -0.761594 0.00000 1.00000e-300 0.761594 1.00000
// 0.00000 0.419974 1.00000 1.00000 0.419974 0.00000
