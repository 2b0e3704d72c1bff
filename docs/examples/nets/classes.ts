// Classes: cross-entropy takes class indices as targets
import { empiricalRisk, network } from '@nonsmooth/nets';

const risk = empiricalRisk(network([1, 3], { activation: 'identity' }), {
  inputs: [-1, 0, 1],
  targets: [0, 1, 2],
  loss: 'crossEntropy',
});

// with θ = 0 all three classes are equally likely
console.log(risk.value(new Float64Array(risk.dimension)).toFixed(10), Math.log(3).toFixed(10));

// prints
// 1.0986122887 1.0986122887
