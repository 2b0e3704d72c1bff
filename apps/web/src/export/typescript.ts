import { activationKinks } from '@nonsmooth/kernels';
import { problemOf } from '../compute/problem.js';
import type { Experiment } from '../state/state.js';

/** The lines of TypeScript that compute a run with the packages: they print θ at the end. */
export function typescriptOf(experiment: Experiment): string {
  const { activation, loss, dynamics, until, rtol, choice, learningRate, steps, batch, seed } =
    experiment;
  const { net, samples, start } = problemOf({ ...experiment, dynamics: 'flow' });
  const kinked = activationKinks({ name: activation }).length > 0;
  const flowOptions = `{ until: ${until}, rtol: ${rtol}, atol: ${rtol / 100}${kinked ? `, choice: '${choice}'` : ''} }`;
  const flow = kinked ? 'reluFlow' : 'gradientFlow';
  const isSgd = dynamics === 'sgd';
  const rule = dynamics === 'adam' ? 'adam' : 'sgd';
  const functions = {
    flow: flow,
    normalized: 'normalize, normalizedFlow',
    gd: 'descend, sgd',
    sgd: 'descend, sgd',
    adam: 'adam, descend',
  }[dynamics];
  const needsRisk = !(dynamics === 'flow' && kinked);
  const rows =
    net.widths[0] === 1
      ? samples.inputs.map(([x]) => x).join(', ')
      : samples.inputs.map((row) => `[${row.join(', ')}]`).join(', ');
  const computation = {
    flow: kinked
      ? `const run = reluFlow(net, data, start, ${flowOptions});`
      : `const run = gradientFlow(risk, start, ${flowOptions});`,
    normalized: `const run = normalizedFlow(net, risk, normalize(net, start), ${flowOptions});`,
    gd: descent(''),
    sgd: descent(
      `, batch: { size: ${Math.min(batch, samples.inputs.length)}, key: foldIn(foldIn(key(${seed}), 0), 3) }`,
    ),
    adam: descent(''),
  }[dynamics];

  function descent(more: string): string {
    const every = Math.max(1, Math.ceil(steps / 1000));
    return `const run = descend(risk, start, ${rule}({ learningRate: ${learningRate} }), { steps: ${steps}, every: ${every}${more} });`;
  }

  return [
    `import { ${functions} } from '@nonsmooth/flows';`,
    `import { ${needsRisk ? 'empiricalRisk, ' : ''}network } from '@nonsmooth/nets';`,
    ...(isSgd ? [`import { foldIn, key } from '@nonsmooth/tensor';`] : []),
    '',
    `const net = network([${net.widths.join(', ')}], { activation: '${activation}' });`,
    `const inputs = [${rows}];`,
    `const targets = [${samples.targets.join(', ')}];`,
    ...(needsRisk
      ? [`const risk = empiricalRisk(net, { inputs, targets, loss: '${loss}' });`]
      : [`const data = { inputs, targets, loss: '${loss}' } as const;`]),
    `const start = [${start.join(', ')}];`,
    '',
    computation,
    ...(dynamics === 'flow' && kinked
      ? [
          'for (const { t, neuron, input, kind } of run.itinerary) console.log(t, neuron, input, kind);',
        ]
      : []),
    'console.log(run.theta.join(", "));',
    '',
  ].join('\n');
}
