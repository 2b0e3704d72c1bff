/** A problem that needs more memory than a kernel can have. */
export class MemoryLimitError extends Error {
  override readonly name = 'MemoryLimitError';
  readonly bytes: number;
  readonly limit: number;

  constructor(bytes: number, limit: number, options?: ErrorOptions) {
    super(
      bytes > limit
        ? `${bytes} bytes of kernel memory are needed; at most ${limit} are possible`
        : `${bytes} bytes of kernel memory could not be allocated`,
      options,
    );
    this.bytes = bytes;
    this.limit = limit;
  }
}
