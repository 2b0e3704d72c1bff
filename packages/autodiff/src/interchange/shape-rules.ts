import type { NodeOf, Op, Shape } from '../program.js';
import { broadcastShapes, sameShape, sizeOf, withoutAxes } from '../shape.js';

/** Whether a node may have its shape, given the shapes of its inputs; its attributes have the right types already. */
type ShapeRule<O extends Op> = (node: NodeOf<O>, inputs: readonly Shape[]) => boolean;

/** How many inputs an op takes, at least and at most, and the rule of its shape. */
export interface Signature<O extends Op> {
  readonly least: number;
  readonly most: number;
  readonly fits: ShapeRule<O>;
}

function signature<O extends Op>(fits: ShapeRule<O>, least: number, most = least): Signature<O> {
  return { least, most, fits };
}

/** Ops whose shape says nothing about their attributes. */
interface Plain {
  readonly shape: Shape;
}

const sameAsFirst = ({ shape }: Plain, [x]: readonly Shape[]): boolean => sameShape(shape, x!);
const broadcastOfAll = ({ shape }: Plain, inputs: readonly Shape[]): boolean =>
  sameShape(shape, broadcastShapes(...inputs));

const unary = signature<Op>(sameAsFirst, 1);
const binary = signature<Op>(broadcastOfAll, 2);
const ternary = signature<Op>(broadcastOfAll, 3);

const areAxes = (axes: readonly number[], { length }: Shape): boolean =>
  new Set(axes).size === axes.length && axes.every((axis) => axis < length);

const isWithout = (x: Shape, axes: readonly number[], rest: Shape): boolean =>
  areAxes(axes, x) && sameShape(rest, withoutAxes(x, axes));
type Reduction = Plain & { readonly axes: readonly number[] };
const reduced = ({ shape, axes }: Reduction, [x]: readonly Shape[]): boolean =>
  isWithout(x!, axes, shape);
const alongAxes = ({ shape, axes }: Reduction, inputs: readonly Shape[]): boolean =>
  areAxes(axes, shape) && inputs.every((x) => sameShape(shape, x));
const reduction = signature<'sum' | 'max' | 'min' | 'logSumExp' | 'norm'>(reduced, 1);
const weighting = signature<'softmax' | 'logSoftmax' | 'direction'>(alongAxes, 1);
const pairing = signature<'orthogonal' | 'centred' | 'compensated' | 'softmaxProduct'>(
  alongAxes,
  2,
);

/** Whether `part` lies within `whole` at these starts and steps. */
function isSlice(
  { starts, steps }: { readonly starts: readonly number[]; readonly steps: readonly number[] },
  whole: Shape,
  part: Shape,
): boolean {
  const isRanked = [starts, steps, part].every((list) => list.length === whole.length);
  const isWithin = part.every((extent, axis) => {
    const last = starts[axis]! + (extent - 1) * steps[axis]!;
    const isInside = (at: number): boolean => at >= 0 && at < whole[axis]!;
    return extent === 0 || (isInside(starts[axis]!) && isInside(last));
  });
  return isRanked && isWithin;
}

const isIndexed = (
  { axis, indices }: { readonly axis: number; readonly indices: readonly number[] },
  whole: Shape,
  part: Shape,
): boolean =>
  axis < whole.length &&
  indices.every((i) => i < whole[axis]!) &&
  sameShape(part, whole.with(axis, indices.length));

/** Inputs and shapes of every op. */
export const signatures: { readonly [O in Op]: Signature<O> } = {
  neg: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  square: unary,
  sin: unary,
  cos: unary,
  tan: unary,
  asin: unary,
  acos: unary,
  atan: unary,
  sinh: unary,
  cosh: unary,
  tanh: unary,
  asinh: unary,
  acosh: unary,
  atanh: unary,
  erf: unary,
  erfc: unary,
  logistic: unary,
  softplus: unary,
  logisticSlope: unary,
  gaussian: unary,
  oneMinusSquare: unary,
  secAtan: unary,
  sinAtan: unary,
  cosAtan: unary,
  log1mexp: unary,
  logCosh: unary,
  sinc: unary,
  exprel: unary,
  finite: unary,
  pow: unary,
  elementwise: unary,
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  atan2: binary,
  xlogy: binary,
  maskedMul: signature<'maskedMul'>(
    (node, inputs) =>
      broadcastOfAll(node, inputs) &&
      inputs.length === 2 + Number(node.guarded) + Number(node.masked),
    2,
    4,
  ),
  relu: unary,
  leakyRelu: unary,
  abs: unary,
  maximum: binary,
  minimum: binary,
  sign: unary,
  greater: binary,
  greaterEqual: binary,
  equal: binary,
  argmax: signature<'argmax'>(
    ({ shape, axis }, [x]) => axis < x!.length && sameShape(shape, withoutAxes(x!, [axis])),
    1,
  ),
  where: ternary,
  branch: signature<'branch'>(broadcastOfAll, 5),
  divisor: signature<'divisor'>(broadcastOfAll, 1, 2),
  reshape: signature<'reshape'>(({ shape }, [x]) => sizeOf(shape) === sizeOf(x!), 1),
  transpose: signature<'transpose'>(
    ({ shape, permutation }, [x]) =>
      permutation.length === x!.length &&
      areAxes(permutation, x!) &&
      sameShape(
        shape,
        permutation.map((axis) => x![axis]!),
      ),
    1,
  ),
  broadcast: signature<'broadcast'>(
    ({ shape }, [x]) => sameShape(shape, broadcastShapes(x!, shape)),
    1,
  ),
  slice: signature<'slice'>((node, [x]) => isSlice(node, x!, node.shape), 1),
  embed: signature<'embed'>((node, [x]) => isSlice(node, node.shape, x!), 1),
  concatenate: signature<'concatenate'>(
    ({ shape, axis }, inputs) =>
      axis < shape.length &&
      inputs.every(
        (x) => x.length === shape.length && sameShape(x.with(axis, 0), shape.with(axis, 0)),
      ) &&
      inputs.reduce((total, x) => total + x[axis]!, 0) === shape[axis],
    1,
    Infinity,
  ),
  gather: signature<'gather'>((node, [x]) => isIndexed(node, x!, node.shape), 1),
  scatterAdd: signature<'scatterAdd'>((node, [x]) => isIndexed(node, node.shape, x!), 1),
  cumulativeSum: signature<'cumulativeSum'>(
    (node, inputs) => node.axis < node.shape.length && sameAsFirst(node, inputs),
    1,
  ),
  sum: reduction,
  max: reduction,
  min: reduction,
  logSumExp: reduction,
  norm: reduction,
  softmax: weighting,
  logSoftmax: weighting,
  direction: weighting,
  shareToWinners: signature<'shareToWinners'>(
    ({ shape, axes }, [x, m, c]) =>
      sameShape(shape, x!) && [m!, c!].every((rest) => isWithout(x!, axes, rest)),
    3,
  ),
  meanOfWinners: signature<'meanOfWinners'>(
    ({ shape, axes }, [x, m, a]) =>
      sameShape(x!, a!) && [m!, shape].every((rest) => isWithout(x!, axes, rest)),
    3,
  ),
  orthogonal: pairing,
  centred: pairing,
  compensated: pairing,
  softmaxProduct: pairing,
  input: signature<'input'>(() => true, 0),
  constant: signature<'constant'>(({ shape, value }) => sameShape(shape, value.shape), 0),
  variable: unary,
  stopGradient: unary,
  matmul: signature<'matmul'>(
    ({ shape, masked }, inputs) => {
      const [a, b, mask] = inputs;
      if (a!.length < 2 || a!.length !== b!.length || a!.length !== shape.length) return false;
      const batch = shape.slice(0, -2);
      const areBatches = [a!, b!].every((x) => sameShape(x.slice(0, -2), batch));
      const isProduct =
        a!.at(-1) === b!.at(-2) && a!.at(-2) === shape.at(-2) && b!.at(-1) === shape.at(-1);
      const isMasked =
        masked === 'none'
          ? mask === undefined
          : mask !== undefined && sameShape(mask, masked === 'left' ? a! : b!);
      return areBatches && isProduct && isMasked;
    },
    2,
    3,
  ),
};
