import { activationNames } from '@nonsmooth/kernels';
import { z } from 'zod';

const finite = z.number();
const positive = z.number().positive();
const count = z.int().positive();
const interval = { from: finite, to: finite };

const inputs = z.discriminatedUnion('kind', [
  /** Evenly spread on [from, to], both included. */
  z.strictObject({ kind: z.literal('grid'), count: z.int().min(2), ...interval }),
  z.strictObject({ kind: z.literal('uniform'), count, ...interval }),
  z.strictObject({ kind: z.literal('normal'), count }),
  z.strictObject({ kind: z.literal('values'), values: z.array(z.array(finite).min(1)).min(1) }),
]);

const target = z.discriminatedUnion('kind', [
  /** Σ a_k xᵏ of one input. */
  z.strictObject({ kind: z.literal('polynomial'), coefficients: z.array(finite).min(1) }),
  z.strictObject({ kind: z.literal('constant'), value: z.array(finite).min(1) }),
  /** sin(frequency·x) of the first input. */
  z.strictObject({ kind: z.literal('sine'), frequency: finite }),
  /** A network of the same shape with normal parameters, drawn anew for each member. */
  z.strictObject({ kind: z.literal('teacher'), deviation: positive }),
  z.strictObject({ kind: z.literal('values'), values: z.array(z.array(finite).min(1)).min(1) }),
]);

const start = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('random'),
    weights: z.enum(['xavierUniform', 'heNormal', 'normal']),
    /** Standard deviation of normal weights. */
    deviation: positive.default(1),
    /** Standard deviation of the biases. */
    biases: z.number().nonnegative().default(0),
  }),
  /** Near the teacher's parameters. */
  z.strictObject({ kind: z.literal('nearTeacher'), deviation: z.number().nonnegative() }),
  /** A network that resembles the polynomial target; it brings its own width. */
  z.strictObject({ kind: z.literal('realization'), h: positive }),
]);

const flow = {
  /** The horizon. */
  until: positive,
  rtol: positive.default(1e-6),
  atol: positive.default(1e-9),
  save: z
    .strictObject({
      /** The first time to save, after 0. */
      from: positive.optional(),
      perDecade: positive.default(20),
    })
    .prefault({}),
};

const dynamics = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('gradientFlow'), ...flow }),
  /** On the manifold of unit hidden neurons, from the normalized start. */
  z.strictObject({ kind: z.literal('normalizedFlow'), ...flow }),
  z.strictObject({
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

export const studySchema = z.strictObject({
  title: z.string().min(1),
  network: z.strictObject({
    widths: z.array(count).min(2),
    activation: z.enum(activationNames),
  }),
  risk: z.enum(['empirical', 'population']).default('empirical'),
  inputs,
  target,
  start,
  dynamics,
  /** How many starts. */
  members: count.default(1),
  seed: z.int().nonnegative().default(1),
  /** Lists of values, by the path of what they replace; every combination gets the same starts. */
  vary: z.record(z.string(), z.array(z.unknown()).min(1)).default({}),
});

export type Study = z.infer<typeof studySchema>;
export type Dynamics = Study['dynamics'];
