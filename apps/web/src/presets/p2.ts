import type { PresetGroup } from './preset.js';

/** The flow on the manifold of unit hidden neurons. */
export const p2: PresetGroup = {
  name: 'Normalized gradient flow',
  paper: { arxiv: '2207.06246', authors: 'Eberle, Jentzen, Riekert, Weiss' },
  presets: [
    {
      id: 'normalization',
      title: 'Normalizing keeps the function',
      look: 'The grey curve is the normalized network, the black one the network as it was drawn: at the start they are the same function. Press play, and the two flows part.',
      state: { widths: [1, 4, 1], seed: 6, beside: true, until: 20, time: 0 },
    },
    {
      id: 'one-one-one',
      title: 'Widths 1, 1, 1: the normalized flow is bounded',
      look: 'For Lipschitz targets the norm of the normalized flow stays bounded: a theorem for these widths. Compare ‖θ‖ of the flow on the manifold with the grey one of the standard flow.',
      state: {
        widths: [1, 1, 1],
        data: 'sine',
        level: 2,
        count: 10,
        seed: 1,
        dynamics: 'normalized',
        beside: true,
        until: 1000,
        time: 1000,
        charts: ['norm', 'loss'],
      },
    },
    {
      id: 'wider',
      title: 'Wider networks: watched, not proved',
      look: 'For wider layers no bound is known, neither for the normalized nor for the standard flow. The page watches sup ‖θ‖ of both and says what it saw.',
      state: {
        widths: [1, 5, 1],
        data: 'square',
        count: 10,
        seed: 3,
        dynamics: 'normalized',
        beside: true,
        until: 300,
        time: 300,
        charts: ['norm', 'loss', 'speed'],
        tab: 'verdict',
      },
    },
    {
      id: 'manifold-energy',
      title: 'The loss falls by the projected gradient',
      look: 'Along the normalized flow dL/dt = −‖P G‖². The energy residual is what is left of that identity, and it stays at the level of the tolerance, also across kinks.',
      state: {
        widths: [1, 4, 1],
        seed: 2,
        dynamics: 'normalized',
        until: 50,
        time: 50,
        charts: ['loss', 'speed', 'energy'],
      },
    },
  ],
};
