import { firstFreeAddress } from './generated/constants.js';
import { instantiate, type Binary, type Instance } from './module.js';
import { pageBytes, type Memory, webAssembly } from './webassembly.js';

/** Bytes of a memory that small problems share: large against each of them, small against 4 GiB. */
const sharedBytes = 2 ** 24;

/** Bytes that every problem of a shared memory may use within a call. */
export const sharedScratchBytes: number = 2 ** 18;

/** Most bytes that a problem may keep in a shared memory. */
export const largestShare: number = 2 ** 18;

/** Where the scratch of a shared memory begins. */
export const sharedScratchAddress: number = firstFreeAddress;

const firstBlock = sharedScratchAddress + sharedScratchBytes;

/** Blocks of one memory. */
class SharedMemory {
  readonly memory: Memory;
  readonly kernels: Instance;
  /** Freed blocks by size. */
  readonly #free = new Map<number, number[]>();
  #next = firstBlock;
  #live = 0;

  constructor(binary: Binary) {
    const pages = sharedBytes / pageBytes;
    this.memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    this.kernels = instantiate(binary, this.memory);
  }

  /** The address of a zeroed block, or undefined if there is no room for it. */
  take(bytes: number): number | undefined {
    let address = this.#free.get(bytes)?.pop();
    if (address === undefined) {
      if (this.#next + bytes > sharedBytes) return undefined;
      address = this.#next;
      this.#next += bytes;
    }
    this.#live++;
    new Uint8Array(this.memory.buffer, address, bytes).fill(0);
    return address;
  }

  /** Whether nothing is in use. */
  get isEmpty(): boolean {
    return this.#live === 0;
  }

  release(address: number, bytes: number): void {
    this.#live--;
    if (this.#live === 0) {
      this.#free.clear();
      this.#next = firstBlock;
      return;
    }
    const same = this.#free.get(bytes);
    if (same) same.push(address);
    else this.#free.set(bytes, [address]);
  }
}

/** A stretch of a shared memory; it is freed when `release` is called or the block is collected. */
export interface Block {
  readonly memory: Memory;
  readonly kernels: Instance;
  readonly address: number;
  release(): void;
}

const shared = new Map<Binary, SharedMemory[]>();

const collected = new FinalizationRegistry<() => void>((release) => release());

/** Sizes are rounded up to one of eight per power of two, so that freed blocks fit again. */
function sizeClass(bytes: number): number {
  const step = Math.max(64, 2 ** Math.ceil(Math.log2(Math.max(bytes, 1))) / 16);
  return Math.ceil(bytes / step) * step;
}

/**
 * A zeroed block of at most `largestShare` bytes.
 * @throws RangeError if the engine has no memory left.
 */
export function takeBlock(binary: Binary, bytes: number): Block {
  const size = sizeClass(bytes);
  let memories = shared.get(binary);
  if (!memories) shared.set(binary, (memories = []));
  for (let i = memories.length - 1; i >= 0; i--) {
    const block = blockOf(memories[i]!, size, memories);
    if (block) return block;
  }
  const made = new SharedMemory(binary);
  memories.push(made);
  return blockOf(made, size, memories)!;
}

function blockOf(home: SharedMemory, size: number, memories: SharedMemory[]): Block | undefined {
  const address = home.take(size);
  if (address === undefined) return undefined;
  const release = (): void => {
    home.release(address, size);
    // one empty memory is kept for those to come
    if (home.isEmpty && memories.length > 1) memories.splice(memories.indexOf(home), 1);
  };
  const block: Block = {
    memory: home.memory,
    kernels: home.kernels,
    address,
    release() {
      if (collected.unregister(block)) release();
    },
  };
  collected.register(block, release, block);
  return block;
}
