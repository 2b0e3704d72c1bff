import { objective } from '@nonsmooth/autodiff';
import { chain } from './scenarios/chains.js';

// Prints how many microseconds per node the first gradient of a process takes, from the function to the numbers.
const steps = Number(process.argv[2]);
const x = Float64Array.of(0.3, 0.7);
const out = new Float64Array(2);
const f = chain(steps, 1);
const start = performance.now();
const traced = objective(f, 2);
traced.gradient(x, out);
const microseconds = 1000 * (performance.now() - start);
process.stdout.write(
  JSON.stringify({ perNode: microseconds / traced.program!.nodes.length, gradient: [...out] }),
);
