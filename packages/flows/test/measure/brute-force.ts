import { gradientFlow } from '@nonsmooth/flows';
import { isLimitOfEuler, randomRisk } from '../random-risks.js';

// Compares flows of random networks with explicit Euler: `brute-force [from] [to]`.
const [from = 0, to = 900] = process.argv.slice(2).map(Number);
const options = { until: 1, rtol: 1e-8, atol: 1e-10, maxSteps: 20_000 };
const counts = { equal: 0, several: 0, undecided: 0, failed: 0, unflagged: 0, rhs: 0 };
for (let index = from; index < to; index++) {
  const one = randomRisk(index);
  const flow = gradientFlow(one.risk, one.start, options);
  counts.rhs += flow.statistics.rhs;
  if (flow.status !== 'finished') {
    counts[flow.status === 'failed' ? 'failed' : 'undecided']++;
    console.log(one.name, flow.status, flow.reason);
  } else if (isLimitOfEuler(one, flow.theta)) counts.equal++;
  else if ('uniqueUntil' in flow && flow.uniqueUntil !== undefined) counts.several++;
  else {
    counts.unflagged++;
    console.log(one.name, 'differs, and is called unique');
  }
}
console.log(JSON.stringify(counts));
