import { activationNames } from '@nonsmooth/kernels';
import { z } from 'zod';

const finite = z.number();
const positive = z.number().positive();
const count = z.int().positive();
const interval = { from: finite, to: finite };

/** An object without other keys. */
function only<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `keys: ${Object.keys(shape).join(', ')}` : undefined,
  });
}

function rising<Interval extends z.ZodType<{ from: number; to: number }>>(schema: Interval) {
  return schema.refine(({ from, to }) => from < to, { path: ['to'], error: 'a number > from' });
}

function savedInTime<
  Flow extends z.ZodType<{ until: number; save: { from?: number | undefined } }>,
>(schema: Flow) {
  return schema.refine(({ until, save }) => save.from === undefined || save.from < until, {
    path: ['save', 'from'],
    error: 'a time before until',
  });
}

const inputs = z.discriminatedUnion('kind', [
  /** Evenly spread on [from, to], both included. */
  rising(only({ kind: z.literal('grid'), count: z.int().min(2), ...interval })),
  rising(only({ kind: z.literal('uniform'), count, ...interval })),
  only({ kind: z.literal('normal'), count }),
  only({ kind: z.literal('values'), values: z.array(z.array(finite).min(1)).min(1) }),
]);

const target = z.discriminatedUnion('kind', [
  /** Σ a_k xᵏ of one input. */
  only({ kind: z.literal('polynomial'), coefficients: z.array(finite).min(1) }),
  only({ kind: z.literal('constant'), value: z.array(finite).min(1) }),
  /** sin(frequency·x) of the first input. */
  only({ kind: z.literal('sine'), frequency: finite }),
  /** A network of the same shape with normal parameters, drawn anew for each member. */
  only({ kind: z.literal('teacher'), deviation: positive }),
  only({ kind: z.literal('values'), values: z.array(z.array(finite).min(1)).min(1) }),
]);

const start = z.discriminatedUnion('kind', [
  only({
    kind: z.literal('random'),
    weights: z.enum(['xavierUniform', 'heNormal', 'normal']),
    /** Standard deviation of normal weights. */
    deviation: positive.default(1),
    /** Standard deviation of the biases. */
    biases: z.number().nonnegative().default(0),
  }),
  /** Near the teacher's parameters. */
  only({ kind: z.literal('nearTeacher'), deviation: z.number().nonnegative() }),
  /** A network that resembles the polynomial target; it brings its own width. */
  only({ kind: z.literal('realization'), h: positive }),
]);

const flow = {
  /** The horizon. */
  until: positive,
  rtol: positive.default(1e-6),
  atol: positive.default(1e-9),
  save: only({
    /** The first time to save, after 0. */
    from: positive.optional(),
    perDecade: positive.max(10_000).default(20),
  }).prefault({}),
};

const dynamics = z.discriminatedUnion('kind', [
  savedInTime(only({ kind: z.literal('gradientFlow'), ...flow })),
  /** On the manifold of unit hidden neurons, from the normalized start. */
  savedInTime(only({ kind: z.literal('normalizedFlow'), ...flow })),
  only({
    kind: z.literal('descent'),
    rule: z.enum(['sgd', 'adam', 'adamW', 'rmsprop', 'adagrad']),
    learningRate: positive,
    steps: count,
    /** Size of random batches; all samples without. */
    batch: count.optional(),
    /** Save after so many steps. */
    every: count.default(100),
  }),
]);

/** The columns that a study can record, besides t. */
export const columnNames = ['loss', 'speed', 'norm'] as const;

export type ColumnName = (typeof columnNames)[number];

export const studySchema = only({
  title: z.string().min(1),
  network: only({
    widths: z.array(count).min(2),
    activation: z.enum(activationNames),
  }),
  risk: z.enum(['empirical', 'population']).default('empirical'),
  inputs,
  target,
  start,
  dynamics,
  /** The columns of the trajectories. */
  record: z.array(z.enum(columnNames)).min(1).default(['loss', 'speed', 'norm']),
  /** How many starts. */
  members: count.default(1),
  seed: z.int().nonnegative().default(1),
  /** Lists of values, by the path of what they replace; every combination gets the same starts. */
  vary: z.record(z.string(), z.array(z.unknown()).min(1)).default({}),
});

export type Study = z.infer<typeof studySchema>;
export type Dynamics = Study['dynamics'];
