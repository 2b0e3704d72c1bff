import { ArgumentError } from '@nonsmooth/core';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const pair = z.tuple([z.number(), z.number()]);

const published = z.record(
  z.string(),
  z.object({
    runs: z.int().positive(),
    /** Mean and standard deviation of ‖θ‖ over the runs, by step. */
    norm_at: z.record(z.string(), pair),
    /** Geometric mean of the test loss, and the standard deviation of its decimal logarithm, by step. */
    test_at: z.record(z.string(), pair),
  }),
);

/** Published statistics of one study. */
export interface PublishedStudy {
  /** As published: polynomial/GELU_in2_Adam. */
  readonly name: string;
  readonly activation: string;
  readonly rule: string;
  readonly inputs: number;
  readonly runs: number;
  readonly steps: readonly PublishedStep[];
}

/** What was published of one step: means and standard deviations over the runs. */
export interface PublishedStep {
  readonly step: number;
  readonly norm: Spread;
  /** Of the decimal logarithm of the test loss. */
  readonly logTestLoss: Spread;
}

/** Mean and standard deviation of a sample. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** The studies of polynomials in a file of published statistics. @throws ArgumentError for other files. */
export function readPublished(file: string): PublishedStudy[] {
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ArgumentError('--with', file, `published statistics as JSON (${String(error)})`);
  }
  const parsed = published.safeParse(text);
  if (!parsed.success) {
    throw new ArgumentError(
      '--with',
      file,
      `published statistics (${parsed.error.issues[0]!.message})`,
    );
  }
  return Object.entries(parsed.data).flatMap(([name, { runs, norm_at, test_at }]) => {
    const words = /^polynomial\/(\w+?)(?:_in(\d+))?_(\w+)$/.exec(name);
    if (!words) return [];
    const [, activation, inputs = '1', rule] = words;
    const steps = Object.entries(norm_at).flatMap(([step, norm]): PublishedStep[] => {
      const test = test_at[step];
      if (!test) return [];
      return [
        {
          step: Number(step),
          norm: { mean: norm[0], deviation: norm[1] },
          logTestLoss: { mean: Math.log10(test[0]), deviation: test[1] },
        },
      ];
    });
    return [
      {
        name,
        activation: activation!.toLowerCase(),
        rule: rule!.toLowerCase(),
        inputs: Number(inputs),
        runs,
        steps,
      },
    ];
  });
}
