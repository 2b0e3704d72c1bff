// Adam, with the formulas and the order of operations of PyTorch
import { adam, descend } from '@nonsmooth/flows';
import { empiricalRisk, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { key, uniform } from '@nonsmooth/tensor';

const inputs = uniform(key(1), [1000], { low: -1, high: 1 });
const risk = empiricalRisk(network([1, 16, 1], { activation: 'gelu' }), {
  inputs,
  targets: inputs.data.map((x) => x ** 3 - x),
});
const start = initialize(risk.network, xavierUniform, key(2));
const batch = { size: 100, key: key(3) };
const run = descend(risk, start, adam({ learningRate: 0.005 }), { steps: 3000, batch });

console.log(risk.value(run.theta) < 1e-3);

// prints
// true
