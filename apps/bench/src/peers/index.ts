import { peerIntegrators } from './integrators.js';
import { jaxJs } from './jax-js.js';
import { mlMatrix } from './ml-matrix.js';
import type { Peer } from './peer.js';
import { plainLoops } from './plain-loops.js';
import { tfjsCpu, tfjsWasm } from './tfjs.js';

/** The table of peers: adding one is one entry here and its file beside this one. */
export const peers: readonly Peer[] = [plainLoops, mlMatrix, tfjsCpu, tfjsWasm, jaxJs];

/** Every package that some peer needs, with its version. */
export function peerPackages(): Readonly<Record<string, string>> {
  return Object.assign(
    {},
    ...[...peers, ...peerIntegrators].map(({ packages }) => packages),
  ) as Record<string, string>;
}
