// The gradient flow of a ReLU network: neurons cross samples, slide along them, or die
import { reluFlow } from '@nonsmooth/flows';
import { heNormal, initialize, network } from '@nonsmooth/nets';
import { key, linspace } from '@nonsmooth/tensor';

const net = network([1, 6, 1], { activation: 'relu' });
const inputs = linspace(-1, 1, 20).data;
const targets = inputs.map((x) => Math.sin(3 * x));
const start = initialize(net, heNormal, key(3));
const flow = reluFlow(net, { inputs, targets }, start, { until: 20, rtol: 1e-7, atol: 1e-9 });

console.log(flow.status, 'L =', flow.loss.at(-1)?.toFixed(4));
for (const { t, neuron, input, kind } of flow.itinerary.slice(0, 4)) {
  console.log(`t = ${t.toFixed(3)}: neuron ${neuron} at x = ${input[0]?.toFixed(2)}: ${kind}`);
}

export const curves = {
  x: { name: 't', values: flow.t },
  y: { name: 'loss', values: flow.loss },
  scale: 'log',
};

// prints
// finished L = 0.0305
// t = 0.091: neuron 2 at x = -0.05: off
// t = 0.116: neuron 5 at x = 0.05: off
// t = 0.152: neuron 1 at x = 0.05: on
// t = 0.246: neuron 4 at x = -0.05: off
