import type { Curves } from '../curves.js';
import type { Study } from '../study.js';
import type { CurvesChoice, ScaleName, ShownAs } from './choices.js';
import { curvesFigures } from './curves-figure.js';
import type { Figure } from './figure.js';
import { fitFigures } from './fit-figure.js';
import { itineraryFigures } from './itinerary-figure.js';

/** What a command line says about all figures of curves. */
export interface FigureFlags {
  readonly x?: string | undefined;
  readonly xScale?: ScaleName | undefined;
  readonly yScale?: ScaleName | undefined;
  readonly show?: ShownAs | undefined;
}

/** The figures that a study chooses; by default each recorded column, fits and itineraries. */
export function figuresOf(
  study: Study,
  results: readonly Curves[],
  flags: FigureFlags = {},
): Figure[] {
  const given = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  );
  const choices = study.figures ?? [
    ...study.record.map((y) => ({ kind: 'curves' as const, y, ...usual })),
    { kind: 'fit' as const },
    { kind: 'itinerary' as const },
  ];
  const figures = choices.flatMap((choice) => {
    switch (choice.kind) {
      case 'fit':
        return fitFigures(results);
      case 'itinerary':
        return itineraryFigures(study, results);
      default:
        return curvesFigures(study, results, { ...choice, ...given } satisfies CurvesChoice);
    }
  });
  const seen = new Map<string, number>();
  return figures.map((figure) => {
    const count = (seen.get(figure.name) ?? 0) + 1;
    seen.set(figure.name, count);
    if (count === 1) return figure;
    const name = `${figure.name}-again-${count}`;
    return { ...figure, name, svg: figure.svg.replaceAll(`clip-${figure.name}`, `clip-${name}`) };
  });
}

const usual = { x: 't', xScale: 'auto', yScale: 'auto', show: 'auto' } as const;
