import * as autodiff from '@nonsmooth/autodiff';
import * as core from '@nonsmooth/core';
import * as flows from '@nonsmooth/flows';
import * as kernels from '@nonsmooth/kernels';
import * as nets from '@nonsmooth/nets';
import * as ode from '@nonsmooth/ode';
import * as subgradient from '@nonsmooth/subgradient';
import * as tensor from '@nonsmooth/tensor';
import type { Table } from './entry.js';
import { autodiffTable } from './tables/autodiff.js';
import { coreTable } from './tables/core.js';
import { flowsTable } from './tables/flows.js';
import { kernelsTable } from './tables/kernels.js';
import { netsTable } from './tables/nets.js';
import { odeTable } from './tables/ode.js';
import { subgradientTable } from './tables/subgradient.js';
import { tensorTable } from './tables/tensor.js';

/** A package, what it exports, a right call of every function, and what is left out and why. */
export interface Package {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly table: Table;
  readonly leftOut: Readonly<Record<string, string>>;
}

const innerLoop = 'runs in inner loops, which do not check their numbers';
const innerLoops = {
  dot: innerLoop,
  largest: innerLoop,
  maxAbs: innerLoop,
  norm2: innerLoop,
  smallest: innerLoop,
  takeRows: innerLoop,
  suggestion: 'is called by checks with the names that they allow',
  VectorBlock: 'makes the vectors of inner loops, which do not check their numbers',
};

const byName = 'reads the tables of losses and activations by names that were checked';
const internals = {
  philox: innerLoop,
  unitInterval: innerLoop,
  nativeKernels: 'exists where a native library was built',
  nativePeakLoop: 'exists where a native library was built',
  atKink: byName,
  checkTargets: byName,
  entrywise: byName,
  isPiecewiseLinear: byName,
  isSmoothLoss: byName,
  lossAtKink: byName,
  parameterOf: byName,
  requireTargets: byName,
  targetWidth: byName,
};

const withinSteps = {
  controlPoints: innerLoop,
  evaluateSegment: innerLoop,
  maximumNorm: innerLoop,
  rootMeanSquare: innerLoop,
  stateAt: innerLoop,
  stiffMethodFor: 'reads a system, which integrations make of checked problems',
};

const ofNodes = 'reads nodes of programs, which traces make and freeze';
const withinTraces = {
  applyNode: ofNodes,
  applyUnary: ofNodes,
  scalarOf: ofNodes,
  copyNode: ofNodes,
  gradientOf: 'reads what a derivative places in a trace',
  inline: 'reads a trace from within',
};

export const packages: readonly Package[] = [
  { name: 'core', exports: core, table: coreTable, leftOut: innerLoops },
  {
    name: 'kernels',
    exports: kernels,
    table: kernelsTable,
    leftOut: internals,
  },
  { name: 'tensor', exports: tensor, table: tensorTable, leftOut: {} },
  { name: 'autodiff', exports: autodiff, table: autodiffTable, leftOut: withinTraces },
  { name: 'nets', exports: nets, table: netsTable, leftOut: {} },
  { name: 'subgradient', exports: subgradient, table: subgradientTable, leftOut: {} },
  { name: 'ode', exports: ode, table: odeTable, leftOut: withinSteps },
  {
    name: 'flows',
    exports: flows,
    table: flowsTable,
    leftOut: {
      kinkWatcher: 'watches loops whose options descend checked',
      nearbyMinimum: 'reads a risk that certifyConvergence checked',
    },
  },
];
