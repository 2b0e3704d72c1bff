/** Typed arrays that grow by doubling; `data` is replaced when they do. */
export class GrowingFloats {
  data = new Float64Array(1024);
  length = 0;

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

export class GrowingIntegers {
  data = new Int32Array(1024);
  length = 0;

  push(x: number): number {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length] = x;
    return this.length++;
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    if (this.length + more <= this.data.length) return;
    const larger = new Int32Array(2 * (this.length + more));
    larger.set(this.data);
    this.data = larger;
  }
}
