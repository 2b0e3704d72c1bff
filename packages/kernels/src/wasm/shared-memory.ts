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
  /** Where the free stretches begin, in order, and their bytes; neighbours are merged. */
  readonly #starts: number[] = [firstBlock];
  readonly #lengths: number[] = [sharedBytes - firstBlock];
  /** No free stretch is longer. */
  #longest: number = sharedBytes - firstBlock;
  #live = 0;

  constructor(binary: Binary) {
    const pages = sharedBytes / pageBytes;
    this.memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    this.kernels = instantiate(binary, this.memory);
  }

  /** Whether nothing is in use. */
  get isEmpty(): boolean {
    return this.#live === 0;
  }

  /** The address of a zeroed block in the first stretch that is long enough, or undefined if there is none. */
  take(bytes: number): number | undefined {
    if (bytes > this.#longest) return undefined;
    const index = this.#lengths.findIndex((length) => length >= bytes);
    if (index < 0) {
      this.#longest = this.#lengths.reduce((most, length) => Math.max(most, length), 0);
      return undefined;
    }
    const address = this.#starts[index]!;
    this.#starts[index]! += bytes;
    this.#lengths[index]! -= bytes;
    if (this.#lengths[index] === 0) this.#remove(index);
    this.#live++;
    new Uint8Array(this.memory.buffer, address, bytes).fill(0);
    return address;
  }

  release(address: number, bytes: number): void {
    this.#live--;
    const next = this.#firstAfter(address);
    const touches = next > 0 && this.#end(next - 1) === address;
    let index = next;
    if (touches) {
      index = next - 1;
      this.#lengths[index]! += bytes;
    } else {
      this.#starts.splice(next, 0, address);
      this.#lengths.splice(next, 0, bytes);
    }
    if (this.#end(index) === this.#starts[index + 1]) {
      this.#lengths[index]! += this.#lengths[index + 1]!;
      this.#remove(index + 1);
    }
    this.#longest = Math.max(this.#longest, this.#lengths[index]!);
  }

  /** Where a free stretch ends. */
  #end(index: number): number {
    return this.#starts[index]! + this.#lengths[index]!;
  }

  #remove(index: number): void {
    this.#starts.splice(index, 1);
    this.#lengths.splice(index, 1);
  }

  /** The position of the first free stretch behind an address. */
  #firstAfter(address: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! < address) low = middle + 1;
      else high = middle;
    }
    return low;
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

/** What is in use by a block. It must not refer to the block, which would never be collected. */
interface Stretch {
  readonly home: SharedMemory;
  readonly address: number;
  readonly bytes: number;
  /** The memories among which `home` is. */
  readonly memories: SharedMemory[];
}

const collected = new FinalizationRegistry<Stretch>(free);

function free({ home, address, bytes, memories }: Stretch): void {
  home.release(address, bytes);
  // one empty memory is kept for those to come
  if (home.isEmpty && memories.length > 1) memories.splice(memories.indexOf(home), 1);
}

class CollectedBlock implements Block {
  readonly memory: Memory;
  readonly kernels: Instance;
  readonly address: number;
  readonly #stretch: Stretch;

  constructor(stretch: Stretch) {
    this.memory = stretch.home.memory;
    this.kernels = stretch.home.kernels;
    this.address = stretch.address;
    this.#stretch = stretch;
    collected.register(this, stretch, this);
  }

  release(): void {
    if (collected.unregister(this)) free(this.#stretch);
  }
}

/** Sizes are rounded up to one of eight per power of two, so that freed blocks leave no splinters. */
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

function blockOf(home: SharedMemory, bytes: number, memories: SharedMemory[]): Block | undefined {
  const address = home.take(bytes);
  return address === undefined ? undefined : new CollectedBlock({ home, address, bytes, memories });
}
