import {
  defaultKernels,
  floatArray,
  nativeKernels,
  nativePeakLoop,
  wasmKernels,
  type Dtype,
  type Kernels,
} from '@nonsmooth/kernels';
import { timed, type Case } from '../case.js';
import { boundError } from '../check.js';
import { fasterThan, type Comparison } from '../comparison.js';
import type { Work } from '../work.js';
import { denseProblem, fiveNets, gradientOperations, type NetName } from './five-nets.js';
import { portableGradients } from './network-gradients.js';
import { limitCases } from './reference-machine.js';

// Native kernels against the limit of their vectors, and against the portable kernels, whose bits they have.

interface Gradient {
  readonly net: NetName;
  readonly activation: 'relu' | 'tanh' | 'gelu';
  readonly dtype: Dtype;
  /** Share of the limit of multiplications and additions, and with `fused` of fused ones. */
  readonly share?: number;
  readonly fusedShare?: number;
  /** How many times as fast as the portable kernels, where the limits are four times apart. */
  readonly gain?: number;
}

const gradients: readonly Gradient[] = [
  { net: 'tiny', activation: 'tanh', dtype: 'f64', gain: 2 },
  { net: 'small', activation: 'tanh', dtype: 'f64', gain: 2 },
  { net: 'deep-small', activation: 'relu', dtype: 'f64', share: 0.6, fusedShare: 0.7 },
  { net: 'deep-small', activation: 'gelu', dtype: 'f64', gain: 2.8 },
  { net: 'medium', activation: 'relu', dtype: 'f64', share: 0.75, fusedShare: 0.82, gain: 3.2 },
  { net: 'medium', activation: 'tanh', dtype: 'f64', gain: 2.8 },
  { net: 'large', activation: 'relu', dtype: 'f64', share: 0.72, fusedShare: 0.8, gain: 3.2 },
  { net: 'deep-small', activation: 'relu', dtype: 'f32', share: 0.55, fusedShare: 0.65 },
  { net: 'medium', activation: 'relu', dtype: 'f32', share: 0.7, fusedShare: 0.8 },
  { net: 'large', activation: 'relu', dtype: 'f32', share: 0.7, fusedShare: 0.78 },
];

type Kind = 'native' | 'fused' | 'portable';

const kernelsOf: Readonly<Record<Kind, () => Kernels | undefined>> = {
  native: () => nativeKernels(),
  fused: () => nativeKernels({ fused: true }),
  portable: () => wasmKernels(),
};

/** The cases, if there are native kernels here. */
export function nativeGradients(): readonly Case[] {
  const native = nativeKernels();
  if (!native || defaultKernels.name !== native.name) return [];
  return [...Object.values(nativeLimits), ...gradients.flatMap(casesOf)];
}

const nativeLimits: Readonly<Record<Dtype, Case>> = {
  f64: nativeLimit('f64'),
  f32: nativeLimit('f32'),
};

/** The register-only loop of the widest vectors that the kernels use. */
function nativeLimit(dtype: Dtype): Case {
  return timed<number>({
    name: `native limit ${dtype}`,
    unit: 'flop',
    baseline: true,
    prepare() {
      const loop = nativePeakLoop(dtype)!;
      const steps = 20_000;
      const found = new Float64Array(1);
      return {
        units: loop.operations(steps),
        run: () => void (found[0] = loop.run(steps)),
        // the fixed point 1/2 of a ← a/2 + 1/4 in each of twelve chains
        answer: () => Math.abs(found[0]! - 6),
        fingerprint: () => [found],
      };
    },
    check: (error) => [boundError('error', error, 0)],
  });
}

function casesOf(gradient: Gradient): readonly Case[] {
  const { dtype, share, fusedShare, gain } = gradient;
  const name = (kind: Kind) => ({
    name: `${gradient.net} ${gradient.activation} ${dtype}, ${kind}`,
  });
  const limit = nativeLimits[dtype];
  const one = (kind: Kind, comparisons: readonly Comparison[], bound: number) =>
    timed<number>({
      ...name(kind),
      unit: 'flop',
      baseline: kind === 'portable',
      prepare: (seed) => gradientWork(gradient, kind, seed),
      check: (differing) => [boundError('difference from the portable kernels', differing, bound)],
      comparisons,
    });
  return [
    one(
      'native',
      [
        ...(share === undefined ? [] : [fasterThan(name('native'), limit, share)]),
        ...(gain === undefined ? [] : [gainOf(name('native'), name('portable'), dtype, gain)]),
      ],
      0,
    ),
    ...(gain === undefined || isMeasured(name('portable')) ? [] : [one('portable', [], 0)]),
    ...(fusedShare === undefined
      ? []
      : [
          one(
            'fused',
            [fasterThan(name('fused'), limit, fusedShare)],
            dtype === 'f64' ? 1e-11 : 1e-3,
          ),
        ]),
  ];
}

/** Whether the case is there anyway. */
function isMeasured({ name }: { readonly name: string }): boolean {
  return portableGradients.some((one) => one.name === name);
}

/**
 * How many times as fast as the portable kernels, in units of a quarter of the limits' ratio: the marks were set where
 * the native limit is four times the portable one; processors that split wide vectors have half of that.
 */
function gainOf(
  own: { readonly name: string },
  portable: { readonly name: string },
  dtype: Dtype,
  gain: number,
): Comparison {
  const [native, narrow] = [nativeLimits[dtype], limitCases[dtype]];
  return {
    quantity: `${own.name} ÷ portable, for limits 4 : 1`,
    cases: [own, portable, native, narrow],
    ratio(rates) {
      const faster = rates.relative(own, portable);
      const limits = rates.relative(native, narrow);
      return faster === undefined || limits === undefined ? undefined : (faster * 4) / limits;
    },
    mark: gain,
  };
}

/** The answer is the largest difference from the gradient of the portable kernels, relative to its largest entry. */
function gradientWork(gradient: Gradient, kind: Kind, seed: number): Work<number> {
  const { widths, samples } = fiveNets[gradient.net];
  const { problem, theta } = denseProblem(gradient, seed);
  const risk = kernelsOf[kind]()!.denseNetwork(problem);
  const start = floatArray(gradient.dtype, theta.length);
  start.set(theta);
  const found = floatArray(gradient.dtype, theta.length);
  const loss = new Float64Array(1);
  return {
    units: gradientOperations(widths, samples),
    run: () => void (loss[0] = risk.gradient(start, found)),
    answer() {
      const portable = wasmKernels().denseNetwork(problem);
      const expected = floatArray(gradient.dtype, theta.length);
      portable.gradient(start, expected);
      portable.dispose();
      let difference = 0;
      let size = 0;
      expected.forEach((entry, i) => {
        difference = Math.max(difference, Math.abs(found[i]! - entry));
        size = Math.max(size, Math.abs(entry));
      });
      return difference / size;
    },
    fingerprint: () => [loss, found],
    dispose: () => risk.dispose(),
  };
}
