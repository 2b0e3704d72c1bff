export { auto, stiffMethodFor, switching, type Stiffness } from './auto.js';
export {
  backwardDifferentiation,
  bdf,
  ndf,
  type BackwardDifferentiation,
} from './backward-differentiation.js';
export { bogackiShampine32 } from './bogacki-shampine-32.js';
export { dormandPrince54 } from './dormand-prince-54.js';
export { dormandPrince853 } from './dormand-prince-853.js';
export { euler } from './euler.js';
export { exprb53 } from './exprb53.js';
export { heunEuler21 } from './heun-euler-21.js';
export { kennedyCarpenter43 } from './kennedy-carpenter-43.js';
export { radauIIA5 } from './radau-iia-5.js';
export { rkc2 } from './rkc2.js';
export { rock2 } from './rock2.js';
export { rock4 } from './rock4.js';
export { rodas43 } from './rodas-43.js';
export { rungeKutta4 } from './runge-kutta-4.js';
export { tsitouras54 } from './tsitouras-54.js';
export { verner76 } from './verner-76.js';
