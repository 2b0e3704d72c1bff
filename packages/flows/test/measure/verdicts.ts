import {
  classify,
  gradientFlow,
  logarithmicTimes,
  trajectoryOf,
  type Flow,
} from '@nonsmooth/flows';
import { bdf } from '@nonsmooth/ode';
import { labelledFlows } from '../labelled-flows.js';

// Judges labelled flows, each at several horizons: `verdicts [first seed] [last seed, exclusive]`.
const [from = 0, to = 4] = process.argv.slice(2).map(Number);
const horizons = [1e4, 1e6, 1e8, 1e10, 1e12, 1e13];
const farthest = horizons.at(-1)!;
const counts = {
  flows: 0,
  reached: 0,
  convergent: 0,
  proved: 0,
  divergent: 0,
  calledConvergent: 0,
  followedToTheEnd: 0,
  toldThere: 0,
  undecidedWithoutAdvice: 0,
};

function upTo({ t, y, loss, speed, tolerance }: Flow, horizon: number) {
  const count = 1 + t.findLastIndex((time) => time <= horizon);
  const part = (values: Float64Array): Float64Array => values.slice(0, count);
  return { t: part(t), y: y.slice(0, count), loss: part(loss), speed: part(speed), tolerance };
}

/** Whether the norm has stood still for two decades. */
function isStill({ t, y }: Pick<Flow, 't' | 'y'>): boolean {
  const norm = (theta: Float64Array): number => Math.sqrt(theta.reduce((s, x) => s + x * x, 0));
  const earlier = y[t.findLastIndex((time) => time <= t.at(-1)! / 100)]!;
  return Math.abs(norm(y.at(-1)!) - norm(earlier)) < 1e-4 * norm(y.at(-1)!);
}

for (let seed = from; seed < to; seed++) {
  for (const { name, truth, risk, start } of labelledFlows(seed)) {
    counts.flows++;
    const flow = gradientFlow(risk, start, {
      until: { logTime: Math.log(farthest), steps: 12_000 },
      ...(risk.smooth && { method: bdf }),
      rtol: 1e-7,
      atol: 1e-10,
      saveAt: logarithmicTimes(1e-2, farthest, 20),
      energy: false,
    });
    for (const horizon of horizons) {
      if (!(horizon <= 1.001 * flow.t.at(-1)!)) continue;
      const seen = upTo(flow, horizon);
      const { verdict, strength, reason } = classify(trajectoryOf(seen), { objective: risk });
      const at = `${seed}, ${name}, t = ${horizon.toExponential(0)}: ${verdict}, ${reason}`;
      if (verdict === 'undecided' && !/would tell|long enough/.test(reason)) {
        counts.undecidedWithoutAdvice++;
        console.log(at);
      }
      if (truth === 'diverges') {
        counts.divergent++;
        if (verdict === 'converges') counts.calledConvergent++;
        if (horizon === farthest) counts.followedToTheEnd++;
        if (horizon === farthest && verdict === 'diverges') counts.toldThere++;
        if (verdict === 'converges') console.log(at);
      } else if (seen.loss.at(-1)! < 1e-10 && isStill(seen)) {
        counts.reached++;
        if (verdict === 'converges') counts.convergent++;
        else console.log(at);
        if (verdict === 'converges' && strength === 'proved') counts.proved++;
      }
    }
  }
}
console.log(JSON.stringify(counts));
