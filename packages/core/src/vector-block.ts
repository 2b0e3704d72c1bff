/**
 * Vectors of zeros side by side in one piece of memory: an allocation of its own costs more than a small vector is
 * worth. They live as long as any of them.
 */
export class VectorBlock {
  private readonly memory: ArrayBuffer;
  private used = 0;

  /** Room for so many numbers in all. */
  constructor(length: number) {
    this.memory = new ArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT);
  }

  /** The next n numbers. @throws RangeError where there is no room for them */
  next(n: number): Float64Array {
    const vector = new Float64Array(this.memory, this.used * Float64Array.BYTES_PER_ELEMENT, n);
    this.used += n;
    return vector;
  }
}
