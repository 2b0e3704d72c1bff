import type { ActivationName, BinaryName, UnaryName, Workspace } from '@nonsmooth/kernels';
import type { Node, Op } from '../program.js';
import { sameShape, sizeOf } from '../shape.js';
import { mender } from './matmul.js';
import type { Factor } from './matmul.js';
import type { Buffer, Step } from './step.js';

const unaryKernels: { readonly [O in Op]?: UnaryName } = {
  neg: 'negate',
  abs: 'absolute',
  square: 'square',
  sqrt: 'squareRoot',
  exp: 'exp',
  expm1: 'expm1',
  log: 'log',
  log1p: 'log1p',
  erf: 'erf',
};

const binaryKernels: { readonly [O in Op]?: BinaryName } = {
  add: 'add',
  sub: 'subtract',
  mul: 'multiply',
  div: 'divide',
  maximum: 'maximum',
  minimum: 'minimum',
};

/** Functions whose kernel writes the derivative beside the value. */
const activationKernels: { readonly [O in Op]?: ActivationName } = {
  tanh: 'tanh',
  logistic: 'logistic',
  softplus: 'softplus',
};

/** Below this length a loop of this package is as good. */
const worthACall = 16;

/** Whether the node's kernel writes more than its value. */
export function needsScratch(op: Op): boolean {
  return op in activationKernels;
}

/**
 * The step that lets a kernel compute the node, or undefined where there is none for its op and shapes. All arrays
 * lie in the workspace; `scratch` is at least as long as the value.
 */
export function prepareByKernel(
  workspace: Workspace,
  node: Node,
  inputs: readonly Factor[],
  out: Buffer,
  scratch: Buffer['data'],
): Step | undefined {
  const [x, y] = inputs;
  if (node.op === 'matmul') {
    return product(workspace, x!, y!, out, mender(x!, y!, out, node.masked, inputs[2]));
  }
  if (node.op === 'sum') return total(workspace, x!, node.axes, out);
  if (out.data.length < worthACall) return undefined;
  const unary = unaryKernels[node.op];
  if (unary !== undefined) return () => workspace.unary(unary, x!.data, out.data);
  const activation = activationKernels[node.op];
  if (activation !== undefined) {
    const slope = scratch.subarray(0, out.data.length);
    return () => workspace.activation({ name: activation }, x!.data, out.data, slope);
  }
  const binary = binaryKernels[node.op];
  const evenly = x && sameShape(x.shape, out.shape);
  if (binary !== undefined && evenly && (y!.data.length === 1 || sameShape(y!.shape, out.shape))) {
    return () => workspace.binary(binary, x.data, y!.data, out.data);
  }
  return undefined;
}

/** Sums over all axes, or over the first or the last ones. */
function total(
  workspace: Workspace,
  x: Buffer,
  axes: readonly number[],
  out: Buffer,
): Step | undefined {
  if (x.data.length < worthACall || out.data.length === 0) return undefined;
  if (out.data.length === 1) {
    return () => {
      out.data[0] = workspace.sum(x.data);
    };
  }
  const kept = x.shape.length - axes.length;
  if (axes.every((axis, i) => axis === i)) return () => workspace.sumColumns(x.data, out.data);
  if (axes.every((axis, i) => axis === kept + i)) return () => workspace.sumRows(x.data, out.data);
  return undefined;
}

function product(
  workspace: Workspace,
  a: Factor,
  b: Factor,
  out: Buffer,
  mend: Step | undefined,
): Step {
  const [m, n] = out.shape.slice(-2) as [number, number];
  const k = a.shape.at(a.transposed ? -2 : -1)!;
  const shape = { m, k, n, transposeA: a.transposed ?? false, transposeB: b.transposed ?? false };
  const batch = sizeOf(out.shape.slice(0, -2));
  const parts = Array.from({ length: batch }, (_, i) => ({
    left: a.data.subarray(i * m * k, (i + 1) * m * k),
    right: b.data.subarray(i * k * n, (i + 1) * k * n),
    result: out.data.subarray(i * m * n, (i + 1) * m * n),
  }));
  return () => {
    for (const { left, right, result } of parts) {
      workspace.product(left, right, result, shape);
    }
    mend?.();
  };
}
