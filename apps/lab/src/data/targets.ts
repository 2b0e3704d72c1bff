import { ArgumentError } from '@nonsmooth/core';
import { evaluatePolynomial, univariate, type Polynomial } from '@nonsmooth/flows';
import { realize, type Network } from '@nonsmooth/nets';
import { tensor, type Key } from '@nonsmooth/tensor';
import type { Study } from '../study.js';
import { fieldOf } from './arithmetic.js';
import { readExpression } from './expression.js';
import type { Inputs } from './inputs.js';
import { basketPrices, discountedPayoffs, type BasketCall } from './kolmogorov/black-scholes.js';
import { heatSamples, heatSolution, squaredNorm } from './kolmogorov/heat.js';
import { matrixOf, row, type Matrix } from './matrix.js';
import { readRows } from './read-file.js';

type TargetOf<Kind extends Study['target']['kind']> = Extract<Study['target'], { kind: Kind }>;

/** A polynomial target of `dimension` variables. @throws ArgumentError for another number of them. */
export function polynomialOf(target: TargetOf<'polynomial'>, dimension: number): Polynomial {
  if (target.terms) return requireVariables('target.terms', target.terms, dimension);
  if (dimension !== 1) {
    throw new ArgumentError(
      'target.coefficients',
      target.coefficients,
      'one input; terms for more',
    );
  }
  return univariate(target.coefficients!);
}

function requireVariables(argument: string, terms: Polynomial, dimension: number): Polynomial {
  const wrong = terms.find(({ exponents }) => exponents.length !== dimension);
  if (!wrong) return terms;
  throw new ArgumentError(argument, wrong.exponents, `${dimension} exponents each`);
}

/** What targets depend on besides their inputs. */
export interface TargetContext {
  readonly net: Network;
  readonly teacher: Float64Array | undefined;
  /** For targets that are random variables; their means instead if absent. */
  readonly key: Key | undefined;
}

/** The targets of inputs. @throws ArgumentError for a target that does not fit them. */
export function targetsOf(
  target: Study['target'],
  inputs: Inputs,
  { net, teacher, key }: TargetContext,
): Matrix {
  const { rows, columns } = inputs;
  switch (target.kind) {
    case 'polynomial': {
      const polynomial = polynomialOf(target, columns);
      return matrixOf(rows, 1, (i) => [evaluatePolynomial(polynomial, row(inputs, i))]);
    }
    case 'expression':
      return expressionTargets(target, inputs);
    case 'constant':
      return matrixOf(rows, target.value.length, () => target.value);
    case 'sine':
      return matrixOf(rows, 1, (i) => [Math.sin(target.frequency * row(inputs, i)[0]!)]);
    case 'teacher': {
      const points = tensor(inputs.data, { shape: [rows, columns] });
      const { data } = realize(net, teacher!, points);
      return { rows, columns: data.length / rows, data: Float64Array.from(data) };
    }
    case 'heat': {
      const initial = target.initial
        ? requireVariables('target.initial', target.initial, columns)
        : squaredNorm(columns);
      const equation = { ...target, initial };
      return key ? heatSamples(equation, inputs, key) : heatSolution(equation, inputs);
    }
    case 'basketCall': {
      const call = basketCall(target, columns);
      if (inputs.data.some((price) => !(price > 0))) {
        throw new ArgumentError('inputs', 'prices ≤ 0', 'positive numbers, as prices of assets');
      }
      return key ? discountedPayoffs(call, inputs, key) : basketPrices(call, inputs);
    }
    case 'labels':
      if (inputs.labels) return encoded(target.encode, inputs.labels, net);
      throw new ArgumentError('target.kind', target.kind, 'inputs of kind moons or xor');
    case 'file':
      return encoded(target.encode, readRows('target.file', target), net);
    default: {
      const width = target.values[0]!.length;
      return matrixOf(target.values.length, width, (i) => {
        const values = target.values[i]!;
        if (values.length === width) return values;
        throw new ArgumentError(`target.values.${i}`, values, `${width} numbers, as the first`);
      });
    }
  }
}

function expressionTargets({ of }: TargetOf<'expression'>, inputs: Inputs): Matrix {
  const list = typeof of === 'string' ? [of] : of;
  const fields = list.map((text, k) =>
    fieldOf(
      readExpression(list.length === 1 ? 'target.of' : `target.of.${k}`, text, inputs.columns),
    ),
  );
  return matrixOf(inputs.rows, fields.length, (i) => {
    const x = row(inputs, i);
    return fields.map((field, k) => {
      const value = field(x);
      if (Number.isFinite(value)) return value;
      const where = Array.from(x.subarray(0, 8)).join(', ');
      throw new ArgumentError(
        'target.of',
        list[k],
        `an expression with a finite value at every input; at (${where}) it is ${value}`,
      );
    });
  });
}

function basketCall(target: TargetOf<'basketCall'>, assets: number): BasketCall {
  const { volatilities: given } = target;
  const volatilities = Array.isArray(given)
    ? given
    : Array.from({ length: assets }, (_, i) =>
        assets === 1 ? given.from : given.from + ((given.to - given.from) * i) / (assets - 1),
      );
  if (volatilities.length !== assets) {
    throw new ArgumentError('target.volatilities', volatilities, `${assets}, one per input`);
  }
  return { ...target, volatilities };
}

/** Labels as a loss takes them: as they are, as unit vectors, or 0 and 1 as −1 and 1. */
function encoded(
  encode: 'oneHot' | 'signs' | undefined,
  labels: Matrix,
  { widths }: Network,
): Matrix {
  if (encode === undefined) return labels;
  if (labels.columns !== 1) {
    throw new ArgumentError('target.encode', encode, `one column of labels, not ${labels.columns}`);
  }
  const classes = encode === 'signs' ? 2 : widths.at(-1)!;
  const wrong = labels.data.find(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes),
  );
  if (wrong !== undefined) {
    throw new ArgumentError(
      'target.encode',
      encode,
      `labels from 0 to ${classes - 1}; not ${wrong}`,
    );
  }
  if (encode === 'signs') return { ...labels, data: labels.data.map((label) => 2 * label - 1) };
  return matrixOf(labels.rows, classes, (i) =>
    Array.from({ length: classes }, (_, k) => (labels.data[i] === k ? 1 : 0)),
  );
}
