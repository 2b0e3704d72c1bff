import type { Node, Op, UnaryOp } from '../program.js';
import { byOrder, divisorCheck, type Reader } from './choice.js';
import { innerLoops, type InnerLoop } from './inner-loops.js';
import { count, operands, value, type Instruction } from './instruction.js';
import { clearAbsent, isLost } from './masked-product.js';
import { isUnary, readsAttributes, scalarOf } from './scalar.js';
import { loopOf, unaryLoops, type UnaryLoop } from './unary-loops.js';

function unary(loop: UnaryLoop): Instruction {
  return (m, code, at) => loop(m, code[at + operands]!, m, code[at + value]!, code[at + count]!);
}

function binary(loop: InnerLoop): Instruction {
  return (m, code, at) => {
    const first = at + operands;
    loop(
      m,
      code[first]!,
      code[first + 1]!,
      m,
      code[first + 2]!,
      code[first + 3]!,
      m,
      code[at + value]!,
      code[at + count]!,
    );
  };
}

const copy: Instruction = (m, code, at) => {
  const n = code[at + count]!;
  const out = code[at + value]!;
  const [from, step] = [code[at + operands]!, code[at + operands + 1]!];
  for (let i = 0; i < n; i++) m[out + i] = m[from + i * step]!;
};

const where: Instruction = (m, code, at) => {
  const n = code[at + count]!;
  const out = code[at + value]!;
  const first = at + operands;
  for (let i = 0; i < n; i++) {
    const chosen = m[code[first]! + i * code[first + 1]!] !== 0 ? first + 2 : first + 4;
    m[out + i] = m[code[chosen]! + i * code[chosen + 1]!]!;
  }
};

const branch: Instruction = (m, code, at) => {
  const n = code[at + count]!;
  const out = code[at + value]!;
  const first = at + operands;
  for (let i = 0; i < n; i++) {
    m[out + i] = byOrder(
      m[code[first]! + i * code[first + 1]!]!,
      m[code[first + 2]! + i * code[first + 3]!]!,
      m[code[first + 4]! + i * code[first + 5]!]!,
      m[code[first + 6]! + i * code[first + 7]!]!,
      m[code[first + 8]! + i * code[first + 9]!]!,
    );
  }
};

const multiply = binary(innerLoops.mul);

const guardedProduct: Instruction = (m, code, at) => {
  multiply(m, code, at);
  const n = code[at + count]!;
  const out = code[at + value]!;
  const first = at + operands;
  for (let i = 0; i < n; i++) {
    const c = m[code[first]! + i * code[first + 1]!]!;
    if (isLost(c, m[code[first + 4]! + i * code[first + 5]!]!)) m[out + i] = NaN;
  }
};

function withMask(product: Instruction, mask: () => Reader): Instruction {
  return (m, code, at) => {
    product(m, code, at);
    clearAbsent(m, code[at + value]!, code[at + count]!, mask);
  };
}

function divisor(check: ReturnType<typeof divisorCheck>): Instruction {
  return (m, code, at) => {
    const n = code[at + count]!;
    const out = code[at + value]!;
    const [from, step] = [code[at + operands]!, code[at + operands + 1]!];
    for (let i = 0; i < n; i++) m[out + i] = check(m[from + i * step]!, i);
  };
}

const instructions: { readonly [O in Op]?: Instruction } = {
  ...mapped(unaryLoops, unary),
  ...mapped(innerLoops, binary),
  variable: copy,
  stopGradient: copy,
  broadcast: copy,
  where,
  branch,
};

function mapped<Name extends string, Loop>(
  loops: { readonly [N in Name]: Loop },
  instructionOf: (loop: Loop) => Instruction,
): { readonly [N in Name]: Instruction } {
  const entries = Object.entries<Loop>(loops).map(([name, loop]) => [name, instructionOf(loop)]);
  return Object.fromEntries(entries) as { readonly [N in Name]: Instruction };
}

/** Instructions of functions without attributes, made when they are first used. */
const functions = new Map<UnaryOp, Instruction>();

/**
 * The instruction that computes the node where all its operands have as many entries as its value or one, or undefined
 * if its op has none. The mask, which is no operand, is asked only where it decides.
 */
export function instructionOf(node: Node, mask?: () => Reader): Instruction | undefined {
  const { op } = node;
  const known = instructions[op];
  if (known !== undefined) return known;
  if (op === 'maskedMul') {
    const product = node.guarded ? guardedProduct : multiply;
    return mask === undefined ? product : withMask(product, mask);
  }
  if (op === 'divisor') return divisor(divisorCheck(node, mask));
  if (op === 'leakyRelu') {
    const { slope } = node;
    return unary(loopOf((x) => (x > 0 ? x : slope * x)));
  }
  if (!isUnary(node)) return undefined;
  const shared = functions.get(node.op);
  if (shared !== undefined) return shared;
  const made = unary(loopOf(scalarOf(node)));
  if (!readsAttributes(node.op)) functions.set(node.op, made);
  return made;
}
