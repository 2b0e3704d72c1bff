import { MemoryLimitError } from '../errors.js';
import { countingArena, type Arena } from './arena.js';
import { firstFreeAddress } from './generated/constants.js';
import { instantiate, type Build, type Instance } from './module.js';
import {
  largestShare,
  sharedScratchAddress,
  sharedScratchBytes,
  takeBlock,
  type Block,
} from './shared-memory.js';
import { pageBytes, webAssembly, type Memory } from './webassembly.js';

/** Largest memory of 32-bit WebAssembly: 4 GiB. */
export const memoryLimit: number = 65536 * pageBytes;

/** Where something lives in kernel memory. Whoever uses its addresses must keep it alive. */
export interface Home<Layout> {
  readonly layout: Layout;
  readonly memory: Memory;
  readonly kernels: Instance;
  /** Bytes that were laid out. */
  readonly bytes: number;
  /** Frees the memory now instead of when the home is collected. */
  release(): void;
}

/**
 * Allocates what `layOut` asks for, zeroed: small problems share memories, others have one of their own. `layOut`
 * is called twice, first to measure.
 * @throws MemoryLimitError if more than 4 GiB are asked for or the engine has no memory left.
 */
export function settle<Layout>(build: Build, layOut: (arena: Arena) => Layout): Home<Layout> {
  const measured = countingArena(0, 0);
  layOut(measured);
  const { reserved, scratched } = measured;
  const bytes = reserved + scratched;
  if (reserved <= largestShare && scratched <= sharedScratchBytes) {
    const block = attempt(bytes, () => takeBlock(build.binary, reserved));
    return inBlock(block, bytes, layOut(countingArena(block.address, sharedScratchAddress)));
  }
  return ownMemory(build, layOut);
}

/** As `settle`, always in a memory of its own, which lives as long as a view of it. */
export function ownMemory<Layout>(build: Build, layOut: (arena: Arena) => Layout): Home<Layout> {
  const measured = countingArena(0, 0);
  layOut(measured);
  const { reserved, scratched } = measured;
  const bytes = reserved + scratched;
  const end = firstFreeAddress + bytes;
  if (!(end <= memoryLimit)) throw new MemoryLimitError(end, memoryLimit);
  const pages = Math.ceil(end / pageBytes);
  const memory = attempt(end, () => new webAssembly.Memory({ initial: pages, maximum: pages }));
  return {
    layout: layOut(countingArena(firstFreeAddress, firstFreeAddress + reserved)),
    memory,
    kernels: instantiate(build.binary, memory),
    bytes,
    release: () => {},
  };
}

function inBlock<Layout>(block: Block, bytes: number, layout: Layout): Home<Layout> {
  const { memory, kernels } = block;
  return { layout, memory, kernels, bytes, release: () => block.release() };
}

/** What `make` makes. @throws MemoryLimitError for the RangeError of an engine that has no memory left, other errors as they are. */
function attempt<Made>(bytes: number, make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError)
      throw new MemoryLimitError(bytes, memoryLimit, { cause: error });
    throw error;
  }
}
