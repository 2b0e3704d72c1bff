/** Typed arrays that grow by doubling; `data` is replaced when they do. */
export class GrowingFloats {
  data: Float64Array;
  length = 0;

  constructor(capacity: number) {
    this.data = new Float64Array(capacity);
  }

  push(x: number): number {
    if (this.length === this.data.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = x;
    return this.length++;
  }
}

/** A list of 32-bit integers that grows when it is full. */
export class GrowingIntegers {
  data: Int32Array;
  length = 0;

  constructor(capacity: number) {
    this.data = new Int32Array(capacity);
  }

  push(x: number): number {
    if (this.length === this.data.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = x;
    return this.length++;
  }
}
