// Does the flow converge? A proof, and a checker that searches for nothing
import { certifyConvergence, gradientFlow, verifyConvergence } from '@nonsmooth/flows';
import { empiricalRisk, initialize, network, normalWeights, xavierUniform } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';

const net = network([1, 12, 1], { activation: 'tanh' });
const risk = empiricalRisk(net, { inputs: [-1, -0.5, 0, 0.4, 0.9], targets: [1, 0, 1, -1, 0] });
const start = initialize(net, xavierUniform, key(4), { biases: normalWeights(1) });
const { theta } = gradientFlow(risk, start, {
  until: { time: 1e6, loss: 1e-12 },
  rtol: 1e-7,
  atol: 1e-10,
});

const { certificate } = certifyConvergence(risk, theta);
console.log(certificate?.kind, certificate && verifyConvergence(risk, certificate));

// prints
// surjective true
