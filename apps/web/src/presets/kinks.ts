import type { PresetGroup } from './preset.js';

/** What happens at kinks, in flows of small networks. */
export const kinks: PresetGroup = {
  name: 'What happens at kinks',
  presets: [
    {
      id: 'sliding',
      title: 'A neuron slides along a sample',
      look: 'In the itinerary a square begins a slide: both sides of the kink push the neuron towards it, and it stays on the line of that sample. In the plane of its parameters the way then follows that line.',
      state: { neuron: 1, time: 23 },
    },
    {
      id: 'dying',
      title: 'All neurons die, and the flow rests',
      look: 'One after the other the neurons switch off on their last sample, and a cross marks where each dies. From then on no gradient moves them, the flow is at rest, and nothing more is computed.',
      state: {
        data: 'absolute',
        count: 9,
        widths: [1, 3, 1],
        seed: 7,
        biases: 0.3,
        until: 50,
        time: 9,
        tab: 'verdict',
      },
    },
    {
      id: 'several',
      title: 'A dead neuron could leave again',
      look: 'A question mark shows where a neuron that died on a kink could leave it: the flow goes on in several ways. One solution was chosen, the one that stays.',
      state: {
        data: 'xor',
        widths: [2, 3, 1],
        seed: 5,
        biases: 0,
        until: 100,
        time: 1,
        tab: 'verdict',
      },
    },
    {
      id: 'xor',
      title: 'XOR with kink lines in the plane',
      look: 'Each line is the kink of one neuron, with a stroke to the side where it is active. They turn until the map is high at two corners and low at the other two.',
      state: { data: 'xor', widths: [2, 3, 1], seed: 2, biases: 0, until: 100, time: 10 },
    },
    {
      id: 'moons',
      title: 'Two moons with Adam',
      look: 'Descent jumps across kinks, so nothing slides; the bands show on how many samples each neuron is active. The kink lines gather where the two classes meet.',
      state: {
        data: 'moons',
        count: 40,
        widths: [2, 8, 1],
        dynamics: 'adam',
        learningRate: 0.02,
        steps: 1500,
        seed: 4,
        time: 30,
      },
    },
    {
      id: 'loss-kink',
      title: 'A loss with a kink of its own',
      look: 'The absolute error has kinks where the network meets a target, and the flow slides along those as well. Several samples are then met exactly and stay so.',
      state: {
        loss: 'absoluteError',
        data: 'absolute',
        count: 7,
        widths: [1, 4, 1],
        until: 20,
        time: 5,
      },
    },
  ],
};
