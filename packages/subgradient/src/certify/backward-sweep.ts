import {
  add,
  compile,
  copyNode,
  equal,
  inline,
  mul,
  neg,
  objective,
  reshape,
  slice,
  sub,
  switchedProgram,
  trace,
  valueAndGrad,
  where,
  type CompiledProgram,
  type KinkOp,
  type KinkPolicy,
  type Node,
  type NodeOf,
  type Objective,
  type Program,
  type SwitchedProgram,
  type Tracer,
  type Value,
} from '@nonsmooth/autodiff';
import { once } from '@nonsmooth/core';
import type { LocalForm } from '../abs-normal/local-form.js';

/** What is prepared once per program, as long as that lives: programs never change. */
interface PreparedSweeps {
  /** The sweep with these constants at kinks, by their values. */
  readonly byConstants: Map<string, Objective>;
  readonly byPieces: () => CompiledProgram;
}

const prepared = new WeakMap<Program, PreparedSweeps>();

function sweepsOf(program: Program): PreparedSweeps {
  let sweeps = prepared.get(program);
  if (sweeps === undefined) {
    const byPieces = once(() => compile(pieceGradientProgram(switchedProgram(program))));
    prepared.set(program, (sweeps = { byConstants: new Map(), byPieces }));
  }
  return sweeps;
}

/** The objective of the program with these choices at kinks. */
export function preparedObjective(
  program: Program,
  dimension: number,
  kinks: KinkPolicy,
): Objective {
  if ('signature' in kinks || 'direction' in kinks) {
    return objective(program, dimension, { kinks });
  }
  const { byConstants } = sweepsOf(program);
  const key = `${kinks.relu} ${kinks.abs} ${kinks.tie}`;
  let made = byConstants.get(key);
  if (made === undefined) byConstants.set(key, (made = objective(program, dimension, { kinks })));
  return made;
}

/**
 * The answer of a backward sweep with this policy, at kinks that are active in exact arithmetic. Where doubles give
 * a switching variable another sign than it has, the sweep is that of the pieces which the true signs choose.
 */
export function backwardSweep(
  program: Program,
  point: ArrayLike<number>,
  kinks: KinkPolicy,
  local: LocalForm,
  choice: readonly number[],
): Float64Array {
  const { switching, active, irregular, unresolved, tape } = local.procedure;
  const gradient = new Float64Array(point.length);
  if (irregular.length > 0) return gradient.fill(NaN);
  const x = Float64Array.from(point);
  const usual = preparedObjective(program, point.length, kinks);
  const signs = Float64Array.from(switching, (z) => tape.signOf(z) ?? NaN);
  const seen = new Float64Array(switching.length);
  usual.switching!(x, seen);
  if (unresolved.length > 0 || signs.every((sign, i) => sign === Math.sign(seen[i]!))) {
    usual.gradient(x, gradient);
    return gradient;
  }
  for (const { index } of active) signs[index] = 0;
  local.kinks.forEach(({ index }, i) => (signs[index] = choice[i]!));
  sweepsOf(program)
    .byPieces()
    .run([x, signs], [new Float64Array(1), gradient]);
  return gradient;
}

/** The program (x, σ) ↦ (f, ∇f) of the smooth pieces that σ chooses, whatever the signs of switching variables are. */
function pieceGradientProgram({ program, blocks, size }: SwitchedProgram): Program {
  const shape = program.nodes[program.inputs[0]!]!.shape;
  return trace(
    (x, signature) => {
      const f = (y: Tracer): Value => {
        let next = 0;
        const placed = inline(program, y.builder, [y], (node, inputs) => {
          if (!isKink(node)) return copyNode(y.builder, node, inputs);
          const { offset, size: count, shape: entries } = blocks[next++]!;
          const sigma = reshape(slice(signature, [offset], [offset + count]), entries);
          return piece(node, inputs, sigma) as Tracer;
        });
        return reshape(placed[program.outputs[0]!]!, []);
      };
      const { value, gradient } = valueAndGrad(f)(x);
      return [reshape(value, [1]), gradient];
    },
    [shape, [size]],
  );
}

type KinkNode = Extract<Node, { op: KinkOp }>;

/** The values of a kink where z ≥ 0 and where z ≤ 0. */
const sides: {
  readonly [O in KinkOp]: (x: readonly Tracer[], node: NodeOf<O>) => readonly [Value, Value];
} = {
  relu: ([x]) => [x!, mul(0, x!)],
  leakyRelu: ([x], { slope }) => [x!, mul(slope, x!)],
  abs: ([x]) => [x!, neg(x!)],
  maximum: ([u, v]) => [u!, v!],
  minimum: ([u, v]) => [v!, u!],
};

function isKink(node: Node): node is KinkNode {
  return node.op in sides;
}

/** One side for σ = ±1, else their mean with weights (1 ± σ)/2. */
function piece(node: KinkNode, x: readonly Tracer[], sigma: Value): Value {
  const [above, below] = sides[node.op](x, node as never);
  const weight = mul(0.5, add(1, sigma));
  const mean = add(mul(weight, above), mul(sub(1, weight), below));
  return where(equal(sigma, 1), above, where(equal(sigma, -1), below, mean));
}
