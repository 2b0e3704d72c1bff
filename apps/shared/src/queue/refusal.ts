/** What another machine sent is not what was agreed on: it is not run, not written, and not tried again. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(what: string, why: string) {
    super(`refused: ${what}: ${why}`);
  }
}

/** Text of another machine as one line that a terminal can show. */
export function plainLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 500);
}
