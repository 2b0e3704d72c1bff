import { differentiatorNames } from '@nonsmooth/apps-shared';
import { z } from 'zod';
import { only } from '../only.js';

const name = z.string().min(1);
const within = (low: number) => z.number().min(low).max(1);

const library = z.discriminatedUnion('kind', [
  /** Backward mode with constants at kinks; at ties of max and min the first argument has the weight `tie`. */
  only({
    kind: z.literal('constants'),
    name,
    relu: within(0),
    abs: within(-1),
    tie: within(0),
  }),
  /** Backward mode with a new random choice at every kink. */
  only({
    kind: z.literal('randomPerKink'),
    name,
    values: z.enum(['vertices', 'interval']),
    seed: z.int().nonnegative().default(1),
  }),
  /** Backward mode along a direction, which goes through no kink by chance. */
  only({ kind: z.literal('direction'), name }),
  /** Another library, which is installed when it is first asked for. */
  only({ kind: z.literal('package'), name: z.enum(differentiatorNames) }),
]);

const program = only({ name: name.optional(), of: name, at: z.array(z.number()).min(1) });

/** A study of answers at kinks: which libraries return generalized gradients. */
export const conformanceSchema = only({
  title: name,
  conformance: only({
    libraries: z.array(library).min(1),
    /** The expressions whose derivative at a point is asked for; or all with derived subdifferentials, or the first so many. */
    programs: z.union(
      [z.literal('derived'), only({ derived: z.int().positive() }), z.array(program).min(1)],
      { error: 'derived, { derived: number } or a list of { of: expression, at: point }' },
    ),
  }),
});

/** A study of answers at kinks with all defaults filled in. */
export type ConformanceStudy = z.infer<typeof conformanceSchema>;
/** One that is asked. */
export type Library = ConformanceStudy['conformance']['libraries'][number];
