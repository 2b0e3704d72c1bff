import type { PresetGroup } from './preset.js';

const five = {
  data: 'points',
  inputs: [[-1], [-0.5], [0], [0.5], [1]],
  targets: [1, 0.25, 0, 0.25, 1],
  start: 'values',
  time: 0,
  tab: 'gradients',
  until: 20,
} as const;

/** What libraries return for ReLU networks, as a limit of gradients of smooth ones. */
export const p1: PresetGroup = {
  name: 'Gradients in deep learning',
  paper: { arxiv: '2501.15646', authors: 'Dereich, Do, Jentzen, Weber' },
  lead: true,
  presets: [
    {
      id: 'limit',
      title: 'The gradient as a limit of smooth networks',
      look: 'Neuron 1 stands exactly on the sample x = ½. The gradients of networks with a smoothed ReLU are not only close to the answer of relu′(0) = 0: below the ε that is printed they equal it.',
      state: {
        ...five,
        widths: [1, 3, 1],
        theta: [1, -1, 0.5, -0.5, 0.25, 0.75, 1, 0.5, -1, 0],
        neuron: 0,
      },
    },
    {
      id: 'limiting',
      title: 'A limiting subgradient that is no Fréchet subgradient',
      look: 'The kink of neuron 1 is concave here: no slope supports the risk from below, and the Fréchet set is empty. The answer of relu′(0) = 0 still is a limit of gradients, so it is limiting and Bouligand.',
      state: {
        ...five,
        widths: [1, 3, 1],
        theta: [1, -1, 0.5, -0.5, 0.25, 0.75, -1, 0.5, 1, 0],
        neuron: 0,
      },
    },
    {
      id: 'open-set',
      title: 'Where the risk is smooth, it is the gradient',
      look: 'Neuron 1 is on a kink, but its outgoing weight is 0: the risk is differentiable. Every choice at the kink then gives the same vector, and the verdict is “the gradient”.',
      state: {
        ...five,
        widths: [1, 3, 1],
        theta: [1, -1, 0.5, -0.5, 0.25, 0.75, 0, 0.5, -1, 0],
        neuron: 0,
      },
    },
    {
      id: 'deep-kinks',
      title: 'Kinks in two hidden layers at once',
      look: 'A neuron of each hidden layer is on its kink for some sample. The answer is still a limiting subgradient, and the proof goes layer by layer.',
      state: {
        ...five,
        widths: [1, 2, 2, 1],
        theta: [1, -1, -0.5, 0, 1, 0.5, -1, 1, -0.5, 0.25, 1, -1, 0.25],
        neuron: 0,
      },
    },
  ],
};
