import { ArgumentError } from '@nonsmooth/core';
import { evaluatePolynomial, univariate, type Polynomial } from '@nonsmooth/flows';
import { realize, type Network } from '@nonsmooth/nets';
import { tensor } from '@nonsmooth/tensor';
import type { Study } from '../study.js';
import type { Inputs } from './inputs.js';
import { matrixOf, row, type Matrix } from './matrix.js';
import { readRows } from './read-file.js';

/** A polynomial target of `dimension` variables. @throws ArgumentError for another number of them. */
export function polynomialOf(
  target: Extract<Study['target'], { kind: 'polynomial' }>,
  dimension: number,
): Polynomial {
  if (target.terms) {
    for (const { exponents } of target.terms) {
      if (exponents.length !== dimension) {
        throw new ArgumentError('target.terms', exponents, `${dimension} exponents each`);
      }
    }
    return target.terms;
  }
  if (dimension !== 1) {
    throw new ArgumentError(
      'target.coefficients',
      target.coefficients,
      'one input; terms for more',
    );
  }
  return univariate(target.coefficients!);
}

/** The targets of inputs. @throws ArgumentError for a target that does not fit them. */
export function targetsOf(
  target: Study['target'],
  inputs: Inputs,
  net: Network,
  teacher: Float64Array | undefined,
): Matrix {
  const { rows } = inputs;
  switch (target.kind) {
    case 'polynomial': {
      const polynomial = polynomialOf(target, inputs.columns);
      return matrixOf(rows, 1, (i) => [evaluatePolynomial(polynomial, row(inputs, i))]);
    }
    case 'constant':
      return matrixOf(rows, target.value.length, () => target.value);
    case 'sine':
      return matrixOf(rows, 1, (i) => [Math.sin(target.frequency * row(inputs, i)[0]!)]);
    case 'teacher': {
      const points = tensor(inputs.data, { shape: [rows, inputs.columns] });
      const { data } = realize(net, teacher!, points);
      return { rows, columns: data.length / rows, data: Float64Array.from(data) };
    }
    case 'labels':
      if (inputs.labels) return inputs.labels;
      throw new ArgumentError('target.kind', target.kind, 'inputs of kind moons or xor');
    case 'file':
      return readRows('target.file', target);
    default: {
      const columns = target.values[0]!.length;
      return matrixOf(target.values.length, columns, (i) => {
        const values = target.values[i]!;
        if (values.length === columns) return values;
        throw new ArgumentError(`target.values.${i}`, values, `${columns} numbers, as the first`);
      });
    }
  }
}
