import type { PresetGroup } from './preset.js';

const program = { tab: 'programs', until: 10, time: 0, neuron: 0 } as const;

/** Which generalized gradient the answer of backward mode is, if any. */
export const p3: PresetGroup = {
  name: 'Backward mode at kinks',
  paper: { arxiv: '2407.09639', authors: 'Baumgärtner, Bethke' },
  lead: true,
  presets: [
    {
      id: 'identity',
      title: 'relu(x) − relu(−x) is x, and gets the gradient 0',
      look: 'The function is the identity, and its gradient is 1 everywhere. With relu′(0) = 0 backward mode answers 0 at x = 0, with 1 it answers 2: both lie outside of every generalized gradient.',
      state: { ...program, expression: 'relu(x) - relu(-x)', point: [0], direction: [1] },
    },
    {
      id: 'independent',
      title: 'Independent kinks: every choice is right',
      look: 'The two kinks of |x| + |y| are independent, so every pair of sides is met near the point. Clarke’s set is a square, and all answers lie in it.',
      state: { ...program, expression: 'abs(x) + abs(y)', point: [0, 0], direction: [1, 0.5] },
    },
    {
      id: 'one-sample',
      title: 'One sample: any choice is a Clarke gradient',
      look: 'With one sample and a bias in every neuron the kinks are independent. Whatever constant is taken, backward mode answers a Clarke subgradient, and so stochastic descent may use any tool.',
      state: {
        data: 'points',
        inputs: [[0.5]],
        targets: [1],
        widths: [1, 3, 1],
        start: 'values',
        theta: [1, -1, 2, -0.5, 0.5, -1, 1, 0.5, -1, 0.25],
        time: 0,
        neuron: 0,
        until: 10,
        tab: 'gradients',
      },
    },
    {
      id: 'shared-choice',
      title: 'A batch: one choice per neuron is enough',
      look: 'Two samples stand on the kink of neuron 1, because their inputs are equal, and their targets differ. One constant for both gives a Clarke subgradient; the next preset shows what different ones do.',
      state: {
        data: 'points',
        inputs: [[0.5], [0.5], [-1], [1]],
        targets: [1, 0.25, 0.5, 0],
        widths: [1, 2, 1],
        start: 'values',
        theta: [1, -1, -0.5, 0.25, 1, 0.5, 0],
        time: 0,
        neuron: 0,
        until: 10,
        tab: 'gradients',
      },
    },
    {
      id: 'mixed-choices',
      title: 'Different choices for equal inputs fail',
      look: 'With relu(2x)/2 = relu(x) this is 2·relu(x)² + 2, and its gradient at 0 is 0. Taking 1 for the first ReLU and 0 for the second, as in the last row, answers −2, which is no generalized gradient.',
      state: {
        ...program,
        expression: '(relu(x) - 1)^2 + (relu(2*x)/2 + 1)^2',
        point: [0],
        direction: [1],
      },
    },
    {
      id: 'no-bias',
      title: 'Without a bias even one constant fails',
      look: '(relu(x) + 1)² + (relu(−x) − 1)² is (x + 1)² + 1, with the gradient 2. A constant c for both gives 4c, which is right for c = ½ only.',
      state: {
        ...program,
        expression: '(relu(x) + 1)^2 + (relu(-x) - 1)^2',
        point: [0],
        direction: [1],
      },
    },
    {
      id: 'two-layers',
      title: 'Two layers without bias, one sample',
      look: 'relu(relu(x)) − relu(−relu(x)) is relu(x). A constant c gives 2c²: within Clarke’s set [0, 1] for ½, outside for 1.',
      state: {
        ...program,
        expression: 'relu(relu(x)) - relu(-relu(x))',
        point: [0],
        direction: [1],
      },
    },
    {
      id: 'tangent',
      title: 'Tangent kinks: first order leaves it open',
      look: 'The kinks of relu(y) − relu(y − x²) touch each other at 0. The linearization is blind for the strip between them, and the page says “undecided” instead of a wrong “out”.',
      state: {
        ...program,
        expression: 'relu(y) - relu(y - x^2)',
        point: [0, 0],
        direction: [0, 1],
      },
    },
    {
      id: 'rosenbrock',
      title: 'Stationary for Clarke, and no minimum',
      look: 'At (0, −1) Nesterov’s nonsmooth Rosenbrock function is Clarke stationary: 0 lies in the set that is drawn. The only minimum is at (1, 1), and along the direction (1, 2) the function still falls.',
      state: {
        ...program,
        expression: 'abs(x - 1) / 4 + abs(y - 2*abs(x) + 1)',
        point: [0, -1],
        direction: [1, 2],
      },
    },
  ],
};
