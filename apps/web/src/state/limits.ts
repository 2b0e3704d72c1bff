/** What the page takes. Within them runs go as far in time as stays fluid, and the page says how far. */
export const limits = {
  /** Hidden layers, and neurons in each. */
  layers: 4,
  width: 64,
  samples: 10_000,
  steps: 1_000_000,
  until: 1e8,
  /** Runs behind the first. */
  overlays: 8,
  /** Characters of a program of one line. */
  expression: 300,
} as const;
