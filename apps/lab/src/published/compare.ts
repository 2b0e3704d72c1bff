import { meanAndDeviation } from '../report/statistics.js';
import type { PublishedStudy, Spread } from './published.js';
import { samplesOf, type Sample } from './sample.js';

/** One quantity of one study at one step, published and ours. */
export interface Difference {
  readonly study: string;
  readonly step: number;
  readonly quantity: 'norm' | 'logTestLoss';
  readonly published: Spread & { readonly runs: number };
  readonly ours: Spread & { readonly runs: number };
  /** The difference of the means in standard errors of both together. */
  readonly standardErrors: number;
}

/** More standard errors than this are said to differ. */
export const mostStandardErrors = 4;

/** All differences of studies that have two runs or more at a published step. */
export function differences(
  studies: readonly PublishedStudy[],
  samples: readonly Sample[],
): Difference[] {
  return studies.flatMap((study) => {
    const own = samplesOf(samples, study);
    return study.steps.flatMap(({ step, norm, logTestLoss }) => {
      const here = own.filter((sample) => sample.step === step);
      if (here.length < 2) return [];
      const common = { study: study.name, step };
      return [
        difference(
          { ...common, quantity: 'norm' },
          norm,
          study.runs,
          here.map((sample) => sample.norm),
        ),
        difference(
          { ...common, quantity: 'logTestLoss' },
          logTestLoss,
          study.runs,
          here.map(({ testLoss }) => Math.log10(testLoss)),
        ),
      ];
    });
  });
}

function difference(
  what: Pick<Difference, 'study' | 'step' | 'quantity'>,
  published: Spread,
  runs: number,
  values: readonly number[],
): Difference {
  const ours = meanAndDeviation(values);
  const error = Math.sqrt(published.deviation ** 2 / runs + ours.deviation ** 2 / values.length);
  return {
    ...what,
    published: { ...published, runs },
    ours: { ...ours, runs: values.length },
    standardErrors: (ours.mean - published.mean) / error,
  };
}
