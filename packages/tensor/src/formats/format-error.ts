/** Bytes that are not what their format asks for: which format, what is wrong, and where. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly format: string;
  /** Position in the bytes. */
  readonly offset: number;

  constructor(format: string, offset: number, reason: string) {
    super(`${format}: ${reason} at byte ${offset}`);
    this.format = format;
    this.offset = offset;
  }
}
