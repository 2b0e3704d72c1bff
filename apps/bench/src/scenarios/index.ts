import type { Scenario } from '../scenario.js';
import { autodiff } from './autodiff.js';
import { certifying } from './certify.js';
import { flows } from './flows.js';
import { kernels } from './kernels.js';
import { nets } from './nets.js';
import { ode } from './ode.js';
import { queue } from './queue.js';
import { sad } from './sad.js';
import { subgradient } from './subgradient.js';
import { tensor } from './tensor.js';
import { tracing } from './tracing.js';

/** The table of scenarios: adding one is one entry here and its file beside this one. */
export const scenarios: readonly Scenario[] = [
  sad,
  kernels,
  tensor,
  autodiff,
  tracing,
  nets,
  subgradient,
  certifying,
  ode,
  flows,
  queue,
];
