import { quietly } from './quietly.js';

/** Nested arrays: ["x", i] input i, ["c", number], and operations on such. */
export type Expression = readonly [string, ...(Expression | number)[]];

/** A gradient of an expression at a point, by another library. */
export interface Differentiator {
  /** Its numbers' relative accuracy. */
  readonly rounding: number;
  gradient(expression: Expression, point: readonly number[]): ArrayLike<number>;
}

/** Other libraries that differentiate, with their packages, in the order of reports. */
export const differentiatorPackages = {
  tfjs: '@tensorflow/tfjs',
  'jax-js': '@jax-js/jax',
} as const;
/** The name of one of them. */
export type DifferentiatorName = keyof typeof differentiatorPackages;
/** Their names. */
export const differentiatorNames = Object.keys(
  differentiatorPackages,
) as readonly DifferentiatorName[];

/** The versions of packages that others are compared in. */
export const comparedVersions = { '@tensorflow/tfjs': '4.22.0', '@jax-js/jax': '0.1.25' } as const;

/** Imports an installed package by its name. */
export type Import = <Module>(name: string) => Promise<Module>;

/** Loads a library from where it is installed. */
export function loadDifferentiator(
  name: DifferentiatorName,
  load: Import,
): Promise<Differentiator> {
  return name === 'tfjs' ? tfjs(load) : jaxJs(load);
}

/** The value of an expression by a library's operations; inputs pass through `keep` at every use. */
function build<Value>(
  [op, ...args]: Expression,
  inputs: readonly Value[],
  operations: Readonly<Record<string, (...values: Value[]) => Value>>,
  constant: (value: number) => Value,
): Value {
  if (op === 'x') return operations['keep']!(inputs[args[0] as number]!);
  if (op === 'c') return constant(args[0] as number);
  const values = args.map((arg) => build(arg as Expression, inputs, operations, constant));
  const operation = operations[op];
  if (!operation) throw new Error(`${op} is not asked of other libraries`);
  return values.length === 1
    ? operation(values[0]!)
    : values.slice(1).reduce((u, v) => operation(u, v), values[0]!);
}

interface TfTensor {
  dataSync(): Float32Array;
}

type TfOperation = (...values: TfTensor[]) => TfTensor;

const tfOperations = [
  'add',
  'sub',
  'mul',
  'div',
  'neg',
  'abs',
  'relu',
  'square',
  'exp',
  'sin',
  'cos',
  'tanh',
  'sqrt',
] as const;

interface Tf extends Record<(typeof tfOperations)[number] | 'maximum' | 'minimum', TfOperation> {
  setBackend(name: string): Promise<boolean>;
  scalar(value: number): TfTensor;
  grads(f: TfOperation): (values: readonly TfTensor[]) => readonly TfTensor[];
}

function tfjs(load: Import): Promise<Differentiator> {
  return quietly(async () => {
    const module = await load<Tf & { default?: Tf }>(differentiatorPackages.tfjs);
    const tf = module.default ?? module;
    await tf.setBackend('cpu');
    const operations: Readonly<Record<string, TfOperation>> = {
      ...Object.fromEntries(tfOperations.map((name) => [name, (...values) => tf[name](...values)])),
      max: (u, v) => tf.maximum(u, v),
      min: (u, v) => tf.minimum(u, v),
      keep: (x) => x,
    };
    const differentiator: Differentiator = {
      rounding: 1e-6,
      gradient(expression, point) {
        // Every input takes part, if only by 0·x: unconnected ones have no gradient here.
        const f: TfOperation = (...inputs) =>
          inputs.reduce(
            (value, x) => tf.add(value, tf.mul(tf.scalar(0), x)),
            build(expression, inputs, operations, (value) => tf.scalar(value)),
          );
        const slopes = tf.grads(f)(point.map((entry) => tf.scalar(entry)));
        return slopes.map((slope) => slope.dataSync()[0]!);
      },
    };
    differentiator.gradient(['x', 0], [1]);
    return differentiator;
  });
}

interface JaxArray {
  readonly ref: JaxArray;
  add(other: JaxArray): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray): JaxArray;
  div(other: JaxArray): JaxArray;
  neg(): JaxArray;
  dataSync(): ArrayLike<number>;
}

interface Jax {
  init(backend: string): Promise<unknown>;
  defaultDevice(backend: string): void;
  grad(f: (inputs: readonly JaxArray[]) => JaxArray): (inputs: readonly JaxArray[]) => JaxArray[];
  readonly nn: { relu(x: JaxArray): JaxArray };
  readonly numpy: Record<
    'abs' | 'exp' | 'sin' | 'cos' | 'tanh' | 'sqrt' | 'square' | 'maximum' | 'minimum',
    (...values: JaxArray[]) => JaxArray
  > & {
    readonly float64: unknown;
    array(value: number | readonly number[], options: { dtype: unknown }): JaxArray;
  };
}

async function jaxJs(load: Import): Promise<Differentiator> {
  Object.assign(globalThis, { Float16Array: Reflect.get(globalThis, 'Float16Array') ?? Missing });
  const jax = await load<Jax>(differentiatorPackages['jax-js']);
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { numpy, nn } = jax;
  const constant = (value: number): JaxArray => numpy.array(value, { dtype: numpy.float64 });
  const operations: Readonly<Record<string, (...values: JaxArray[]) => JaxArray>> = {
    keep: (x) => x.ref,
    add: (u, v) => u.add(v),
    sub: (u, v) => u.sub(v),
    mul: (u, v) => u.mul(v),
    div: (u, v) => u.div(v),
    max: (u, v) => numpy.maximum(u, v),
    min: (u, v) => numpy.minimum(u, v),
    neg: (u) => u.neg(),
    relu: (u) => nn.relu(u),
    abs: (u) => numpy.abs(u),
    square: (u) => numpy.square(u),
    exp: (u) => numpy.exp(u),
    sin: (u) => numpy.sin(u),
    cos: (u) => numpy.cos(u),
    tanh: (u) => numpy.tanh(u),
    sqrt: (u) => numpy.sqrt(u),
  };
  return {
    // Its float64 elementary functions are accurate to single precision only.
    rounding: 1e-6,
    gradient(expression, point) {
      const f = (inputs: readonly JaxArray[]) => build(expression, inputs, operations, constant);
      return jax
        .grad(f)(point.map(constant))
        .map((slope) => slope.dataSync()[0]!);
    },
  };
}

function Missing(): void {}
