import { requireProgram } from './checked-program.js';
import type { Node, Program } from './program.js';

/** The program as text, one node per line: `%4 = matmul(%1, %3) : 5 × 2`. */
export function print(program: Program): string {
  requireProgram('program', program);
  const lines = program.nodes.map(printNode);
  return [...lines, `return ${program.outputs.map((output) => `%${output}`).join(', ')}`].join(
    '\n',
  );
}

/** One node as a line of the text. */
export function printNode(node: Node, index: number): string {
  return `%${index} = ${describe(node)} : ${shapeOf(node)}`;
}

function describe(node: Node): string {
  const { op, inputs, shape: _, ...attributes } = node;
  if (node.op === 'input') return `input ${node.index}`;
  if (node.op === 'constant') return `constant ${numbers(node.value.data)}`;
  if (node.op === 'elementwise') {
    return `${node.fn.name}${"'".repeat(node.order)}(%${inputs.join(', %')})`;
  }
  const list = inputs.map((input) => `%${input}`);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === 'none' || value === 'all') continue;
    list.push(`${name} = ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`);
  }
  return `${op}(${list.join(', ')})`;
}

function shapeOf(node: Node): string {
  return node.shape.join(' × ') || 'scalar';
}

function numbers(data: ArrayLike<number>): string {
  if (data.length === 1) return String(data[0]);
  const head = Array.from({ length: Math.min(4, data.length) }, (_, i) => data[i]).join(', ');
  return data.length > 4 ? `[${head}, … ${data.length} entries]` : `[${head}]`;
}
