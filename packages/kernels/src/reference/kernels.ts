import type { Kernels } from '../kernels.js';
import { denseRisk } from './dense-risk.js';
import { frozenRisk } from './frozen-risk.js';
import { matmul } from './matmul.js';
import { workspace } from './workspace.js';

/** The slow twin: plain TypeScript loops, written to be read. Tests compare the other kernels with it. */
export const referenceKernels: Kernels = {
  name: 'reference',
  matmul,
  denseNetwork: denseRisk,
  frozenNetwork: frozenRisk,
  workspace,
};
