import { gradientFlow } from '@nonsmooth/flows';
import { empiricalRisk, heNormal, initialize, network, normalWeights } from '@nonsmooth/nets';
import { foldIn, key, normal } from '@nonsmooth/tensor';

// ReLU networks on small data of two inputs, to t = 300 and 1e5: `rest-sweep [first seed] [last seed, exclusive] [data]`.
const [from = 0, to = 24] = process.argv.slice(2).map(Number);
const only = process.argv[4];

const grid = (n: number): number[][] =>
  Array.from({ length: n * n }, (_, i) =>
    [i % n, Math.floor(i / n)].map((k) => (2 * k) / (n - 1) - 1),
  );
const corners = (no: number): number[][] => [
  [no, no],
  [no, 1],
  [1, no],
  [1, 1],
];
const parity = (inputs: number[][], n: number): number[] =>
  inputs.map((x) => Math.round(((x[0]! + x[1]! + 2) * (n - 1)) / 2) % 2);
const rows = (seed: number, count: number): number[][] => {
  const { data } = normal(foldIn(key(77), seed), [count, 2]);
  return Array.from({ length: count }, (_, i) => [data[2 * i]!, data[2 * i + 1]!]);
};

type Data = (seed: number) => { inputs: number[][]; targets: number[] };
const kinds: Record<string, Data> = {
  'xor 0/1': () => ({ inputs: corners(0), targets: [0, 1, 1, 0] }),
  'xor ±1': () => ({ inputs: corners(-1), targets: [-1, 1, 1, -1] }),
  'grid 4 sine': () => ({
    inputs: grid(4),
    targets: grid(4).map(([x, y]) => Math.sin(3 * x!) * y!),
  }),
  'grid 4 parity': () => ({ inputs: grid(4), targets: parity(grid(4), 4) }),
  'grid 5 sine': () => ({
    inputs: grid(5),
    targets: grid(5).map(([x, y]) => Math.sin(3 * x!) * y!),
  }),
  'grid 5 parity': () => ({ inputs: grid(5), targets: parity(grid(5), 5) }),
  random: (seed) => ({
    inputs: rows(seed, 10),
    targets: Array.from(normal(foldIn(key(78), seed), [10]).data),
  }),
};
const shapes = [
  [2, 4, 1],
  [2, 8, 1],
  [2, 16, 1],
  [2, 4, 4, 1],
];

for (const [name, data] of Object.entries(kinds)) {
  if (only !== undefined && !name.startsWith(only)) continue;
  for (const widths of shapes) {
    for (const biases of ['zero', 'normal']) {
      const count: Record<string, number> = {};
      let most = 0;
      let several = 0;
      let off = 0;
      let slowest = 0;
      for (let seed = from; seed < to; seed++) {
        const net = network(widths, { activation: 'relu' });
        const risk = empiricalRisk(net, data(seed));
        const start =
          biases === 'zero'
            ? initialize(net, heNormal, key(seed))
            : initialize(net, heNormal, key(seed), { biases: normalWeights(0.5) });
        for (const until of [300, 1e5]) {
          const began = performance.now();
          const flow = gradientFlow(risk, start, {
            until,
            rtol: 1e-8,
            atol: 1e-10,
            maxSteps: 20_000,
          });
          slowest = Math.max(slowest, performance.now() - began);
          const { accepted, rejected } = flow.statistics;
          most = Math.max(most, accepted + rejected);
          count[flow.status] = (count[flow.status] ?? 0) + 1;
          if ('uniqueUntil' in flow && flow.uniqueUntil !== undefined) several++;
          const residual = Math.abs(flow.energy!.residual) / (1 + flow.loss[0]!);
          off = Math.max(off, residual);
          if (flow.status !== 'finished')
            console.log(
              `  ${seed}, t = ${until}: ${flow.status} at ${flow.t.at(-1)}, ${flow.reason}`,
            );
        }
      }
      console.log(
        `${name} by ${widths.join('-')}, biases ${biases}: ${JSON.stringify(count)}, ${most} steps, ${several} several, residual ${off.toExponential(1)}, slowest ${slowest.toFixed(0)} ms`,
      );
    }
  }
}
