import jsep from 'jsep';
import { limits } from '../state/limits.js';
import type { Expression } from '@nonsmooth/subgradient';

// jsep reads JavaScript's expressions; what is not arithmetic is refused below
jsep.addBinaryOp('^', 14, true);

/** The parser as hooks see it. */
interface Parser {
  code: number;
  char: string;
  index: number;
  gobbleSpaces(): void;
  gobbleToken(): jsep.Expression;
}

// −x² is −(x²) in mathematics, while jsep binds signs first
jsep.hooks.add('gobble-token', function signed(this: Parser, env: { node?: jsep.Expression }) {
  const isAt = (char: string): boolean => this.char === char;
  if (!isAt('-')) return;
  this.index++;
  let argument = this.gobbleToken();
  this.gobbleSpaces();
  while (argument && isAt('^')) {
    this.index++;
    argument = {
      type: 'BinaryExpression',
      operator: '^',
      left: argument,
      right: this.gobbleToken(),
    };
    this.gobbleSpaces();
  }
  env.node = { type: 'UnaryExpression', operator: '-', argument, prefix: true };
} as never);

/** A program of one line, and how many inputs it has. */
export interface ParsedProgram {
  readonly expression: Expression;
  readonly dimension: number;
}

const inputs: Readonly<Record<string, number>> = { x: 0, y: 1, x1: 0, x2: 1 };
const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
const binary: Readonly<Record<string, string>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };
const unary = ['abs', 'relu', 'square', 'exp', 'sin', 'cos', 'tanh', 'sqrt'];
const severalArguments = ['max', 'min'];

const allowed = `x, y, numbers, + − * / ^, ${[...unary, ...severalArguments].join(', ')}`;

/**
 * Reads formulas such as relu(x) - relu(-x). Nothing is executed: the text becomes an expression of known operations.
 * @throws Error that says what is not allowed.
 */
export function parseProgram(text: string): ParsedProgram {
  if (text.length > limits.expression) {
    throw new Error(`formulas of up to ${limits.expression} characters`);
  }
  if (text.trim() === '') throw new Error('a formula, such as relu(x) - relu(-x)');
  const found = new Set<number>();
  const plain = text.replaceAll('−', '-').replaceAll('·', '*');
  const expression = convert(jsep(plain), found);
  return { expression, dimension: found.has(1) ? 2 : 1 };
}

function convert(node: jsep.Expression, found: Set<number>): Expression {
  const inner = (one: unknown): Expression => convert(one as jsep.Expression, found);
  switch (node.type) {
    case 'Literal': {
      const { value } = node as jsep.Literal;
      if (typeof value !== 'number' || !Number.isFinite(value)) break;
      return ['c', value];
    }
    case 'Identifier': {
      const name = nameOf(node);
      if (Object.hasOwn(inputs, name)) {
        found.add(inputs[name]!);
        return ['x', inputs[name]!];
      }
      if (Object.hasOwn(constants, name)) return ['c', constants[name]!];
      throw new Error(`${name} is not known; allowed: ${allowed}`);
    }
    case 'UnaryExpression':
      if (!node['argument']) break;
      if (node['operator'] === '-') return ['neg', inner(node['argument'])];
      if (node['operator'] === '+') return inner(node['argument']);
      break;
    case 'BinaryExpression': {
      const operator = (node as jsep.BinaryExpression).operator;
      if (operator === '^' || operator === '**') return powerOf(node, inner);
      const op = Object.hasOwn(binary, operator) ? binary[operator] : undefined;
      if (op === undefined) throw new Error(`${operator} is not known; allowed: ${allowed}`);
      return [op, inner(node['left']), inner(node['right'])];
    }
    case 'CallExpression': {
      const name = nameOf((node as jsep.CallExpression).callee);
      const args = node['arguments'] as jsep.Expression[];
      const count = unary.includes(name) ? 1 : severalArguments.includes(name) ? 2 : 0;
      if (count === 0) throw new Error(`${name} is not known; allowed: ${allowed}`);
      if (count === 1 ? args.length !== 1 : args.length < 2) {
        throw new Error(
          `${name} of ${args.length} arguments; allowed: ${count === 1 ? 'one' : 'two or more'}`,
        );
      }
      return [name, ...args.map(inner)];
    }
  }
  throw new Error(`this is no formula; allowed: ${allowed}`);
}

/** The name of what may have one; other callees are refused by it. */
function nameOf(node: jsep.Expression): string {
  return node.type === 'Identifier' ? (node as jsep.Identifier).name : 'what stands before (';
}

/** x^n as a product, n a whole number from 1 to 12. */
function powerOf(node: jsep.Expression, inner: (one: unknown) => Expression): Expression {
  const exponent = (node['right'] as jsep.Literal).value;
  if (
    typeof exponent !== 'number' ||
    !(Number.isInteger(exponent) && exponent >= 1 && exponent <= 12)
  ) {
    throw new Error('powers with whole numbers from 1 to 12, such as x^3');
  }
  const base = inner(node['left']);
  if (exponent === 1) return base;
  if (exponent === 2) return ['square', base];
  return ['mul', ...Array.from({ length: exponent }, () => base)];
}
