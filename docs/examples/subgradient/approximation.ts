// A gradient of a ReLU network at its kinks, as the limit of gradients of smooth networks
import { generalizedGradient } from '@nonsmooth/subgradient';
import { empiricalRisk, network } from '@nonsmooth/nets';

const risk = empiricalRisk(network([1, 1, 1], { activation: 'relu' }), {
  inputs: [0, 1],
  targets: [1, 1],
});
const theta = [1, 0, 1, 0]; // the kink of the neuron lies on the first sample
const { gradient, activeKinks, exact } = generalizedGradient(risk.program, theta);
console.log([...gradient], activeKinks, exact);

// prints
// [ 0, 0, 0, -1 ] 1 true
