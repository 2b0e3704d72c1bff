// How large may a learning rate be? Certified for constant targets, and found by trying
import { largestStableStep, lyapunov, stepSizeCertificate } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';

const inputs = [-1, -0.3, 0.2, 1];
const risk = empiricalRisk(network([1, 8, 1], { activation: 'relu' }), {
  inputs,
  targets: [1, 1, 1, 1],
});
const start = initialize(risk.network, heNormal, key(1));
const certified = stepSizeCertificate(risk.network, 1, inputs, start).learningRate;
const { stable } = largestStableStep(risk, lyapunov(risk.network, [1]), start, { certified });
console.log(certified > 0, certified < stable);

// prints
// true true
