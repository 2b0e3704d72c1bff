import { describe, expect, test } from 'vitest';
import {
  compile,
  mul,
  gradientProgram,
  hessianProductProgram,
  programFromData,
  programToData,
  sum,
  trace,
  type Program,
} from '@nonsmooth/autodiff';
import { opCases } from './op-cases.js';

const written = (program: Program): string => JSON.stringify(programToData(program));
const read = (text: string): Program => programFromData(JSON.parse(text));
const usesOwnFunction = ({ nodes }: Program): boolean =>
  nodes.some(({ op }) => op === 'elementwise');

/** Ops whose nodes were altered already. */
const seen = new Set<string>();

describe.each(opCases)('$name', ({ shape, f }) => {
  test('value, gradient and second derivative come back from JSON node by node', () => {
    const program = trace((x) => sum(f(x)), [shape]);
    for (const own of [program, gradientProgram(program), hessianProductProgram(program)]) {
      if (usesOwnFunction(own)) {
        expect(() => programToData(own)).toThrow(/only this process has/);
        continue;
      }
      expect(read(written(own))).toEqual(own);
    }
  });

  test('one altered node is refused by its name, or is another program that runs', () => {
    const program = gradientProgram(trace((x) => sum(f(x)), [shape]));
    if (usesOwnFunction(program)) return;
    const data = programToData(program);
    data.nodes.forEach((node, i) => {
      if (seen.has(node.op)) return;
      seen.add(node.op);
      for (const other of altered(node)) {
        let known: Program;
        try {
          known = programFromData({ ...data, nodes: data.nodes.with(i, other as never) });
        } catch (error) {
          expect((error as Error).name, String(error)).toMatch(/^(ArgumentError|ShapeError)$/);
          continue;
        }
        expect(() => compile(known), JSON.stringify(other)).not.toThrow();
      }
    });
  });
});

type Fields = Readonly<Record<string, unknown>>;

/** The node with one field missing, changed or of another type, and with a field too many. */
function* altered(node: Fields): Generator<Fields> {
  yield { ...node, color: 'red' };
  for (const [key, value] of Object.entries(node)) {
    const { [key]: _, ...without } = node;
    yield without;
    for (const other of [null, -1, 1e9, 'exp', [], [0], [1, 0], {}, true]) {
      yield { ...node, [key]: other };
    }
    if (!Array.isArray(value)) continue;
    yield { ...node, [key]: value.slice(1) };
    yield { ...node, [key]: [...(value as number[]), 1] };
    yield* (value as number[]).map((entry, i) => ({ ...node, [key]: value.with(i, entry + 1) }));
  }
}

test('numbers that JSON does not have come back as they were', () => {
  const numbers = [NaN, Infinity, -Infinity, -0, 5e-324, 0.1];
  const program = trace((x) => sum(mul(x, numbers)), [[numbers.length]]);
  const constant = read(written(program)).nodes.find(({ op }) => op === 'constant');
  expect(constant).toMatchObject({ value: { data: Float64Array.from(numbers) } });
});

test('programs whose inputs are not those they use are refused', () => {
  const program = trace((x, y) => sum(mul(x, y)), [[2], [2]]);
  const data = programToData(program);
  expect(() => programFromData({ ...data, inputs: [0] })).toThrow(/all inputs that are used/);
  expect(() => programFromData({ ...data, inputs: data.inputs.toReversed() })).toThrow(
    /the node of input 0/,
  );
  expect(() => programFromData({ ...data, outputs: [9] })).toThrow(/program.outputs/);
  expect(() => programFromData({ ...data, nodes: 3 })).toThrow(/program.nodes = 3/);
});
