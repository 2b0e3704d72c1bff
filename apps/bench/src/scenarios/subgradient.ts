import type { Scenario } from '../scenario.js';
import { largeArrangements, smallArrangements } from './cell-counts.js';
import { certifications } from './certifications.js';
import { stationarityOfAll } from './chebyshev-rosenbrock.js';
import { conformance } from './conformance.js';
import { generalizedGradients } from './generalized-gradients.js';
import { minimalNorms } from './minimal-norms.js';
import { limitCases } from './reference-machine.js';

/** Generalized gradients at kinks, as limits and certified, and the cells of arrangements of kinks. */
export const subgradient: Scenario = {
  name: 'subgradient',
  summary: 'generalized gradients of a 2-8-8-1 ReLU network at a kink, and cells of hyperplanes',
  packages: ['subgradient', 'nets', 'autodiff', 'kernels', 'tensor'],
  cases: ({ detailed, peers }) => [
    ...generalizedGradients,
    ...(detailed
      ? [
          limitCases.f64,
          ...certifications,
          ...minimalNorms,
          ...largeArrangements,
          stationarityOfAll,
          ...conformance(peers),
        ]
      : smallArrangements),
  ],
};
