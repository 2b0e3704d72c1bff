// The exact risk of a shallow ReLU network on an interval: no samples
import { network, populationRisk } from '@nonsmooth/nets';

const risk = populationRisk(network([1, 2, 1], { activation: 'relu' }), {
  interval: [-1, 1],
  target: [0, 0, 1], // x²
});
const absolute = Float64Array.of(1, -1, 0, 0, 1, 1, 0); // relu(x) + relu(−x) = |x|
console.log(risk.value(absolute).toFixed(12)); // ½ ∫ (|x| − x²)² dx = 1/30

// prints
// 0.033333333333
