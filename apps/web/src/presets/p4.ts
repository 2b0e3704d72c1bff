import type { PresetGroup } from './preset.js';

const constant = {
  data: 'constant',
  level: 1,
  count: 8,
  widths: [1, 4, 1],
  seed: 3,
  neuron: 0,
  charts: ['loss', 'lyapunov', 'norm'],
} as const;

/** A Lyapunov function of flow and descent for constant targets. */
export const p4: PresetGroup = {
  name: 'Constant targets: a Lyapunov function',
  paper: { arxiv: '2102.09924', authors: 'Cheridito, Jentzen, Riekert, Rossmannek' },
  presets: [
    {
      id: 'lyapunov',
      title: 'V falls along the flow, so it is bounded',
      look: 'For a constant target V(θ) falls at the rate 4·D·L, across kinks and along slides too. A V that only falls keeps ‖θ‖ bounded, and the loss goes to 0.',
      state: { ...constant, until: 50, time: 50, logValue: false },
    },
    {
      id: 'deep-lyapunov',
      title: 'V for deeper networks',
      look: 'With two hidden layers V weighs the biases of layer k by k. It falls at twelve times the loss, whatever the kinks do.',
      state: { ...constant, widths: [1, 3, 3, 1], until: 50, time: 50, logValue: false },
    },
    {
      id: 'certified-step',
      title: 'Gradient descent with a certified step',
      look: 'The learning rate is below the bound that is computed from the start: V never rises, and the losses are summable. Below the step sizes the page says how far this γ is from the certified one.',
      state: {
        ...constant,
        dynamics: 'gd',
        learningRate: 0.15,
        steps: 1400,
        time: 210,
        logValue: true,
      },
    },
    {
      id: 'too-large-step',
      title: 'Beyond the certified step V may rise',
      look: 'The same start with six times the certified learning rate: V goes up and down without end, and the loss stays large. Take the certified one, below the step sizes, and compare.',
      state: {
        ...constant,
        dynamics: 'gd',
        learningRate: 1,
        steps: 200,
        time: 200,
        logTime: false,
        logValue: true,
      },
    },
    {
      id: 'invariants',
      title: 'What every ReLU flow conserves',
      look: 'For each hidden neuron ‖w‖² + b² − ‖outgoing‖² does not change along the flow, whatever happens at kinks. The curve shows how far the integration has moved it: the error, for free.',
      state: { seed: 6, until: 100, time: 100, charts: ['loss', 'invariants', 'energy'] },
    },
  ],
};
