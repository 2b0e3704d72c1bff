// The gradient flow of a ReLU network: neurons cross samples, slide along them, or die
import { gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network } from '@nonsmooth/nets';
import { key, linspace } from '@nonsmooth/tensor';

const inputs = linspace(-1, 1, 20).data;
const risk = empiricalRisk(network([1, 6, 1], { activation: 'relu' }), {
  inputs,
  targets: inputs.map((x) => Math.sin(3 * x)),
});
const start = initialize(risk.network, heNormal, key(3));
const flow = gradientFlow(risk, start, { until: 20, rtol: 1e-7, atol: 1e-9 });

console.log(flow.status, Math.abs(flow.energy?.residual ?? 1) < 1e-5);
if ('itinerary' in flow) console.log(flow.itinerary.length > 0);

export const curves = {
  x: { name: 't', values: flow.t },
  y: { name: 'loss', values: flow.loss },
  scale: 'log',
};

// prints
// finished true
// true
