import {
  DisposedError,
  floatArray,
  requireIndices,
  requireLength,
  requireOutput,
  takeRows,
  type FloatArray,
} from '@nonsmooth/core';
import type { DenseProblem, DenseRisk } from '../dense-network.js';
import { activations } from '../activations/table.js';
import { evaluateLoss, type LossValue } from '../losses/evaluate.js';
import { losses } from '../losses/table.js';
import { problemShape, rowCount } from '../problem.js';
import { normalizeColumns } from './batch-normalization.js';
import { backward, forward } from './dense-pass.js';
import { descentLoop } from './descent.js';
import { hessianVector } from './hessian-vector.js';

/** The risk of a dense network by plain loops. @throws as `problemShape`. */
export function denseRisk(problem: DenseProblem): DenseRisk {
  const risk = denseDerivatives(problem);
  return {
    ...risk,
    descent: (theta, options) => {
      requireLength('theta', theta, risk.dimension);
      return descentLoop(risk, theta, options);
    },
  };
}

/** The risk without its descent. @throws as `problemShape`. */
export function denseDerivatives(problem: DenseProblem): Omit<DenseRisk, 'descent'> {
  const shape = problemShape(problem);
  const { dtype, batchNormalization } = problem;
  const { inputWidth, targetWidth, outputWidth, samples, dimension } = shape;
  const { parameter, atKink } = shape.activation;
  const activation = activations[shape.activation.name].scalar(parameter, atKink);
  const { relative } = losses[shape.loss.name];
  const rowLoss = losses[shape.loss.name].row(shape.loss.parameter, shape.loss.atKink);
  const inputs = toDtype(problem.inputs);
  const targets = toDtype(problem.targets);
  let disposed = false;

  function toDtype(values: FloatArray): FloatArray {
    const copy = floatArray(dtype, values.length);
    copy.set(values);
    return copy;
  }

  /** θ in the problem's dtype. */
  function parameters(theta: FloatArray): FloatArray {
    if (disposed) throw new DisposedError('the risk of a dense network');
    requireLength('theta', theta, dimension);
    return toDtype(theta);
  }

  /** The rows that the first layer sees: x itself, or γ·normalized x + β with the normalized x. */
  function firstInputs(theta: FloatArray, x: FloatArray, count: number) {
    if (!batchNormalization) return { x, normalized: x };
    const normalized = normalizeColumns(x, count, inputWidth);
    const scaled = normalized.map((value, i) => {
      const j = i % inputWidth;
      return theta[j]! * value + theta[inputWidth + j]!;
    });
    return { x: scaled, normalized };
  }

  /** The loss of `count` samples with these outputs; writes the cotangents. */
  function lossOf(
    outputs: FloatArray,
    y: FloatArray,
    count: number,
    cotangent: FloatArray,
  ): LossValue {
    const { name } = shape.loss;
    return evaluateLoss(name, rowLoss, outputs, y, count, outputWidth, cotangent);
  }

  function lossAndGradient(
    theta: FloatArray,
    x: FloatArray,
    y: FloatArray,
    count: number,
    out: FloatArray,
  ): number {
    const first = firstInputs(theta, x, count);
    const pass = forward(shape, activation, theta, first.x, count, dtype);
    const cotangent = floatArray(dtype, count * outputWidth);
    const loss = lossOf(pass.affine.at(-1)!, y, count, cotangent);
    const sums = new Float64Array(dimension);
    const delta = backward(shape, activation, theta, pass, count, cotangent, sums, dtype);
    if (batchNormalization) {
      for (let i = 0; i < delta.length; i++) {
        const j = i % inputWidth;
        sums[j]! += delta[i]! * first.normalized[i]!;
        sums[inputWidth + j]! += delta[i]!;
      }
    }
    for (let i = 0; i < dimension; i++) out[i] = (sums[i]! * loss.numerator) / loss.denominator;
    return loss.value;
  }

  /** The derivative of the cotangents along a change of the outputs. */
  function cotangentTangent(outputs: FloatArray, tangent: FloatArray): FloatArray {
    const out = floatArray(dtype, tangent.length);
    for (let s = 0; s < samples; s++) {
      const [from, to] = [s * outputWidth, (s + 1) * outputWidth];
      rowLoss.differentiate(
        outputs.subarray(from, to),
        targets.subarray(s * targetWidth, (s + 1) * targetWidth),
        tangent.subarray(from, to),
        out.subarray(from, to),
      );
    }
    return out;
  }

  function hessianTimes(theta: FloatArray, vector: FloatArray, out: FloatArray): void {
    const first = firstInputs(theta, inputs, samples);
    const pass = forward(shape, activation, theta, first.x, samples, dtype);
    const outputs = pass.affine.at(-1)!;
    const cotangent = floatArray(dtype, outputs.length);
    const loss = lossOf(outputs, targets, samples, cotangent);
    const sums = new Float64Array(dimension);
    const firstTangent = batchNormalization
      ? first.normalized.map((value, i) => {
          const j = i % inputWidth;
          return vector[j]! * value + vector[inputWidth + j]!;
        })
      : floatArray(dtype, inputs.length);
    let alongResiduals = 0;
    const deltaTangent = hessianVector(
      shape,
      activation,
      theta,
      vector,
      pass,
      samples,
      firstTangent,
      cotangent,
      (outputTangent) => {
        const tangent = loss.unit === 1 ? outputTangent : outputTangent.map((x) => x / loss.unit);
        for (let i = 0; i < tangent.length; i++) alongResiduals += cotangent[i]! * tangent[i]!;
        return cotangentTangent(outputs, tangent);
      },
      sums,
      dtype,
    );
    if (batchNormalization) {
      for (let i = 0; i < deltaTangent.length; i++) {
        const j = i % inputWidth;
        sums[j]! += deltaTangent[i]! * first.normalized[i]!;
        sums[inputWidth + j]! += deltaTangent[i]!;
      }
    }
    for (let i = 0; i < dimension; i++) out[i] = (sums[i]! * loss.numerator) / loss.denominator;
    if (relative) {
      // the common factor 1/√(ST) changes too: −(Σ r R N/S)·∇L
      const gradient = new Float64Array(dimension);
      lossAndGradient(theta, inputs, targets, samples, gradient);
      let squares = 0;
      for (let i = 0; i < cotangent.length; i++) squares += cotangent[i]! * cotangent[i]!;
      // √ has no derivative at 0
      const factor = squares === 0 ? Number.NaN : alongResiduals / squares;
      for (let i = 0; i < dimension; i++) out[i]! -= factor * gradient[i]!;
    }
  }

  return {
    dimension,
    samples,
    dtype,
    memoryBytes: 0,
    value: (theta) => {
      const parametersHere = parameters(theta);
      const { x } = firstInputs(parametersHere, inputs, samples);
      const outputs = forward(shape, activation, parametersHere, x, samples, dtype).affine.at(-1)!;
      const unused = floatArray(dtype, outputs.length);
      return lossOf(outputs, targets, samples, unused).value;
    },
    gradient: (theta, out) => {
      requireOutput('out', out, dimension);
      return lossAndGradient(parameters(theta), inputs, targets, samples, out);
    },
    batchGradient: (theta, indices, out) => {
      requireOutput('out', out, dimension);
      requireIndices('indices', indices, samples);
      const x = takeRows(inputs, inputWidth, indices);
      const y = takeRows(targets, targetWidth, indices);
      return lossAndGradient(parameters(theta), x, y, indices.length, out);
    },
    hessianVector: (theta, vector, out) => {
      requireLength('vector', vector, dimension);
      requireOutput('out', out, dimension);
      hessianTimes(parameters(theta), toDtype(vector), out);
    },
    hessian: (theta, out) => {
      requireOutput('out', out, dimension * dimension);
      const here = parameters(theta);
      for (let i = 0; i < dimension; i++) {
        const unit = floatArray(dtype, dimension);
        unit[i] = 1;
        hessianTimes(here, unit, out.subarray(i * dimension, (i + 1) * dimension));
      }
    },
    realize: (theta, rows) => {
      const count = rowCount('inputs', rows, inputWidth);
      const parametersHere = parameters(theta);
      const { x } = firstInputs(parametersHere, toDtype(rows), count);
      return forward(shape, activation, parametersHere, x, count, dtype).affine.at(-1)!;
    },
    dispose: () => {
      disposed = true;
    },
  };
}
