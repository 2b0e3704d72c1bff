import type { NodeOf } from '../program.js';
import { broadcastLoop } from './broadcast.js';
import { read, reader } from './choice.js';
import { innerLoops } from './inner-loops.js';
import type { Buffer, Step } from './step.js';

/** Numbers below this have lost digits. */
const smallest = 2 ** -1022;

/**
 * (c, d, y?, m?): c·d; NaN where c has underflowed and y is infinite; 0 where m = 0. The mask is read only where the
 * product is NaN.
 */
export function maskedProduct(
  { guarded, masked }: NodeOf<'maskedMul'>,
  inputs: readonly Buffer[],
  out: Buffer,
): Step {
  const [c, d] = inputs as [Buffer, Buffer];
  const multiply = broadcastLoop(innerLoops.mul, c, d, out);
  const first = reader(c, out);
  const value = guarded ? reader(inputs[2]!, out) : undefined;
  const mask = masked ? inputs.at(-1)! : undefined;
  const to = out.data;
  const size = out.data.length;
  return () => {
    multiply();
    let unknown = false;
    if (value === undefined) {
      for (let i = 0; i < size; i++) if (to[i] !== to[i]) unknown = true;
    } else {
      for (let i = 0; i < size; i++) {
        if (Math.abs(read(first, i)) < smallest && Math.abs(read(value, i)) === Infinity) {
          to[i] = NaN;
        }
        if (to[i] !== to[i]) unknown = true;
      }
    }
    if (!unknown || mask === undefined) return;
    const present = reader(mask, out);
    for (let i = 0; i < size; i++) if (to[i] !== to[i] && read(present, i) === 0) to[i] = 0;
  };
}
