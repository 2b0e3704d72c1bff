// The flow on the manifold of unit neurons
import { normalize, normalizedFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { key } from '@nonsmooth/tensor';

const net = network([1, 4, 1], { activation: 'relu' });
const risk = empiricalRisk(net, {
  inputs: [-1, -0.5, 0, 0.5, 1],
  targets: [1, 0, 1, 0, 1],
});
const start = normalize(net, initialize(net, heNormal, key(1)));
const flow = normalizedFlow(net, risk, start, { until: 10, rtol: 1e-8, atol: 1e-10 });
console.log(flow.status, 'L =', flow.loss.at(-1)!.toFixed(4));
// weight and bias of the first neuron, of norm 1 as at the start
console.log(Math.hypot(flow.theta[0]!, flow.theta[4]!).toFixed(12));

// prints
// finished L = 0.1473
// 1.000000000000
