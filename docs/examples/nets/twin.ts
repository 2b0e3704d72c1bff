// Every risk has a twin: the same function, traced. Tests compare them, certificates read it
import { evaluate } from '@nonsmooth/autodiff';
import { empiricalRisk, initialize, heNormal, network } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';

const risk = empiricalRisk(network([1, 4, 1], { activation: 'relu' }), {
  inputs: [-1, 0, 1],
  targets: [1, 0, 1],
});
const theta = initialize(risk.network, heNormal, key(1));
const twin = evaluate(risk.program, [theta])[0]!;
console.log(Math.abs(twin.data[0]! - risk.value(theta)) < 1e-15);

// prints
// true
