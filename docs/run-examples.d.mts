/** What an example says of itself. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly printed: string;
}
/** What an example did. */
export interface Run {
  readonly name: string;
  readonly printed: string;
  readonly module: Readonly<Record<string, unknown>>;
}
/** The paths of all examples. */
export function exampleNames(): string[];
/** The source of an example. */
export function readExample(name: string): Example;
/** Runs examples in this process. */
export function runExamples(
  names: readonly string[],
  options?: { readonly source?: boolean },
): Promise<Run[]>;
