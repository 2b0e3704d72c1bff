import { switchingOf } from '../rules/switching.js';
import type { Node, Op, Program, Shape } from '../program.js';
import { sizeOf } from '../shape.js';

/** How a kink bends: |u|, the largest of u₁ … u_m, or ‖u‖. */
export type KinkKind = 'abs' | 'max' | 'norm';

/** The kinks of one node, all of one kind and size; they follow each other, and so do their arguments. */
export interface KinkBlock {
  readonly kind: KinkKind;
  /** Index of the node in the program. */
  readonly node: number;
  readonly op: Op;
  /** How many kinks, and how many arguments each has. */
  readonly count: number;
  readonly size: number;
  /** Where its kinks begin among all kinks, and its arguments among all arguments. */
  readonly first: number;
  readonly offset: number;
  /** While nothing switches the arguments are affine in the input of the program. */
  readonly affine: boolean;
  /** The arguments depend on other kinks. */
  readonly nested: boolean;
}

/** The kinks of a program in evaluation order, and how many kinks and arguments there are. */
export interface KinkBlocks {
  readonly blocks: readonly KinkBlock[];
  readonly kinks: number;
  readonly arguments: number;
}

/** Finds the kinks of a program that depend on its input. */
export function kinkBlocks(program: Program): KinkBlocks {
  const degrees = frozenDegrees(program);
  const nested = dependsOnKinks(program, degrees);
  const blocks: KinkBlock[] = [];
  let [kinks, entries] = [0, 0];
  program.nodes.forEach((node, index) => {
    const kind = kindOf(node);
    if (kind === undefined || degrees[index] === 0) return;
    const { shape } = node;
    const count = sizeOf(shape);
    const size = kind === 'abs' ? 1 : sizeOf(argumentShape(program, node)) / Math.max(count, 1);
    blocks.push({
      kind,
      node: index,
      op: node.op,
      count,
      size,
      first: kinks,
      offset: entries,
      affine: node.inputs.every((input) => degrees[input]! <= 1),
      nested: node.inputs.some((input) => nested[input]),
    });
    kinks += count;
    entries += count * size;
  });
  return { blocks, kinks, arguments: entries };
}

/** The kind of kink that a node has, if any. */
export function kindOf({ op }: Node): KinkKind | undefined {
  const { kind } = switchingOf(op);
  if (kind === 'absLike') return 'abs';
  if (kind === 'extreme') return 'max';
  return kind === 'norm' ? 'norm' : undefined;
}

function argumentShape(program: Program, node: Node): Shape {
  return program.nodes[node.inputs[0]!]!.shape;
}

/** Ops that are linear in all of their inputs together. */
const linear: ReadonlySet<Op> = new Set<Op>([
  'neg',
  'add',
  'sub',
  'variable',
  'reshape',
  'transpose',
  'broadcast',
  'slice',
  'embed',
  'concatenate',
  'gather',
  'scatterAdd',
  'sum',
  'relu',
  'leakyRelu',
  'abs',
  'maximum',
  'minimum',
  'max',
  'min',
]);
/** Ops that are linear in each of two inputs. */
const bilinear: ReadonlySet<Op> = new Set<Op>(['mul', 'matmul']);
/** Ops whose derivative is 0 wherever there is one. */
const flat: ReadonlySet<Op> = new Set<Op>([
  'constant',
  'stopGradient',
  'sign',
  'greater',
  'greaterEqual',
  'equal',
]);

/** For each node, while nothing switches: 0 if it is constant in the input, 1 if it is affine, else 2. */
function frozenDegrees({ nodes }: Program): number[] {
  const degrees: number[] = [];
  for (const { op, inputs } of nodes) {
    const from = inputs.map((input) => degrees[input]!);
    const most = from.reduce((high, degree) => Math.max(high, degree), 0);
    if (op === 'input') degrees.push(1);
    else if (most === 0 || op === 'constant' || op === 'stopGradient') degrees.push(0);
    else if (flat.has(op)) degrees.push(2);
    else if (linear.has(op)) degrees.push(most);
    else if (bilinear.has(op)) degrees.push(Math.min(2, from[0]! + from[1]!));
    else if (op === 'div') degrees.push(from[1] === 0 ? from[0]! : 2);
    else if (op === 'where') degrees.push(from[0] === 0 ? most : 2);
    else degrees.push(2);
  }
  return degrees;
}

/** For each node whether a kink that depends on the input lies below it or on it. */
function dependsOnKinks({ nodes }: Program, degrees: readonly number[]): boolean[] {
  const result: boolean[] = [];
  nodes.forEach((node, index) => {
    const here = kindOf(node) !== undefined && degrees[index]! > 0;
    result.push(here || node.inputs.some((input) => result[input]));
  });
  return result;
}
