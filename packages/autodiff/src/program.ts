/** Placeholder shape of the traced evaluation procedure; nodes in topological order. */
export interface Program {
  readonly nodes: readonly unknown[];
}
