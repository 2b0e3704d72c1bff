import type { Scenario } from '../scenario.js';
import { descentSteps } from './descent-steps.js';
import { matrixProducts } from './matrix-products.js';
import { nativeGradients } from './native-gradients.js';
import {
  networkGradients,
  peerGradients,
  plainLoopGradients,
  portableGradients,
} from './network-gradients.js';
import { pythonPeers } from './python-peers.js';
import { limitCases } from './reference-machine.js';
import { secondDerivatives } from './second-derivatives.js';

/** Floating-point operations of matrix products, in products, gradients and steps: comparable throughout. */
export const kernels: Scenario = {
  name: 'kernels',
  summary:
    'matrix products, loss and gradient, and descent steps, against the limit of 128-bit SIMD',
  packages: ['kernels', 'tensor'],
  cases: ({ detailed, peers, python }) => [
    limitCases.f64,
    limitCases.f32,
    ...matrixProducts,
    ...networkGradients,
    ...portableGradients,
    ...descentSteps(python?.systems.torch !== undefined),
    ...(detailed ? [...plainLoopGradients, ...secondDerivatives] : []),
    ...(detailed ? nativeGradients() : []),
    ...(peers ? peerGradients : []),
    ...(python ? pythonPeers(python) : []),
  ],
};
