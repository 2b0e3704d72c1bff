// Train a small network, by hand
import { empiricalRisk, initialize, network, xavierUniform } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const risk = empiricalRisk(network([2, 8, 1], { activation: 'softplus' }), {
  inputs,
  targets: [0, 1, 1, 0], // exclusive or
});
const theta = initialize(risk.network, xavierUniform, key(1));
const gradient = new Float64Array(theta.length);
for (let step = 0; step < 5000; step++) {
  risk.gradient(theta, gradient);
  for (let i = 0; i < theta.length; i++) theta[i]! -= 0.3 * gradient[i]!;
}
console.log(risk.value(theta) < 1e-4);

// prints
// true
