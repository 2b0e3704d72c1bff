import { z } from 'zod';

/** How the members of a variation are shown together. */
export const shownAs = ['auto', 'members', 'quartiles', 'deviation'] as const;

/** How the members of a variation are shown together. */
export type ShownAs = (typeof shownAs)[number];

/** What kind of axis. */
export const scaleNames = ['auto', 'linear', 'log'] as const;

/** What kind of axis: auto chooses by how far the values spread. */
export type ScaleName = (typeof scaleNames)[number];

/** Curves of one recorded column over another. */
export interface CurvesChoice {
  readonly kind: 'curves';
  readonly x: string;
  readonly y: string;
  readonly xScale: ScaleName;
  readonly yScale: ScaleName;
  readonly show: ShownAs;
}

/** The figures of a report, in the schema of studies; `columns` are the names that can be recorded. */
export function figuresSchema<Names extends readonly [string, ...string[]]>(columns: Names) {
  const curves = z.strictObject({
    kind: z.literal('curves'),
    /** What is drawn over t, or over another column. */
    y: z.enum(columns),
    x: z.enum(['t', ...columns]).default('t'),
    xScale: z.enum(scaleNames).default('auto'),
    yScale: z.enum(scaleNames).default('auto'),
    /** members: a line each; quartiles: median and quartiles; deviation: mean ± standard deviation. */
    show: z.enum(shownAs).default('auto'),
  });
  return z.array(
    z.discriminatedUnion('kind', [
      curves,
      /** Network and targets, of one or two inputs. */
      z.strictObject({ kind: z.literal('fit') }),
      /** What happened at kinks, and when. */
      z.strictObject({ kind: z.literal('itinerary') }),
    ]),
  );
}
