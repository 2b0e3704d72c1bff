import { ArgumentError } from '@nonsmooth/core';
import {
  evaluate,
  layeredProgram,
  NotLipschitzError,
  switchingProgram,
  type SwitchingBlock,
} from '@nonsmooth/autodiff';
import { boundedDerivatives } from '../procedure/sweep.js';
import { smoothProcedure } from '../procedure/scalar-procedure.js';
import { sparseRows } from '../procedure/sparse-rows.js';
import { programOf, type Subject } from '../subject.js';
import type { AbsNormalForm } from './form.js';
import { addRow, rowProduct, sparseMatrix, type SparseMatrix } from './sparse-matrix.js';

/** A block of switching variables that do not depend on each other: for a network a layer, all samples. */
export interface AbsNormalLayer extends SwitchingBlock {
  /** Z: size × n. */
  readonly switchingByInput: SparseMatrix;
  /** Blocks of M and L, in the columns of the earlier layers that this one depends on. */
  readonly couplings: readonly LayerCoupling[];
}

/** How the switching variables of a layer depend on those of an earlier layer and on their absolute values. */
export interface LayerCoupling {
  /** Number of the earlier layer. */
  readonly layer: number;
  readonly switchingBySwitching: SparseMatrix;
  readonly switchingByAbs: SparseMatrix;
}

/**
 * The abs-normal form in blocks: z = Z·dx + M·z + L·|z| and f = a·dx + p·z + b·|z| to first order. Unlike the
 * dense form, with (I − M)⁻¹Z and (I − M)⁻¹L, a layer refers to the layers right below it only, so that
 * blocks of a network hold what its weight matrices hold, once per sample: l_k(l_{k−1} + 1) + 2·l_k·l_{k−1} numbers
 * for layer k.
 */
export interface LayeredAbsNormalForm {
  readonly value: number;
  /** z at the point. */
  readonly switching: Float64Array;
  readonly layers: readonly AbsNormalLayer[];
  /** a, p and b. */
  readonly outputByInput: Float64Array;
  readonly outputBySwitching: Float64Array;
  readonly outputByAbs: Float64Array;
  /** Bytes of all matrices: 12 per entry and 4 per row. */
  readonly bytes: number;
}

const made = new WeakSet<LayeredAbsNormalForm>();

function remembered(form: LayeredAbsNormalForm): LayeredAbsNormalForm {
  made.add(form);
  return form;
}

/** Throws ArgumentError unless `layeredAbsNormalForm` made the form: its blocks fit together. */
export function requireLayeredForm(form: LayeredAbsNormalForm): void {
  if (!made.has(form)) {
    throw new ArgumentError('form', 'layers', 'a form made by layeredAbsNormalForm');
  }
}

/**
 * Time and memory are linear in the entries of the blocks, for a network in samples × weights.
 * @throws NotLipschitzError where an operation has no derivative; ShapeError, NonFiniteError for bad input.
 */
export function layeredAbsNormalForm(
  subject: Subject,
  point: ArrayLike<number>,
): LayeredAbsNormalForm {
  const program = programOf(subject, point);
  const { smooth, blocks, size } = layeredProgram(program);
  const n = point.length;
  const x = Float64Array.from(point);
  const switching = Float64Array.from(evaluate(switchingProgram(program), [x])[0]!.data);
  const { tape, outputs, irregular } = smoothProcedure(smooth, [
    x,
    switching,
    switching.map(Math.abs),
  ]);
  for (const { op, entry } of irregular) throw new NotLipschitzError(op, entry);
  const rows = sparseRows(tape, outputs[0]!, n + 2 * size);
  const layers = blocks.map((block, k): AbsNormalLayer => {
    const { offset, size: count } = block;
    const own = rows.slice(offset, offset + count);
    const couplings = blocks.slice(0, k).flatMap((earlier, layer): LayerCoupling[] => {
      const switchingBySwitching = sparseMatrix(own, n + earlier.offset, earlier.size);
      const switchingByAbs = sparseMatrix(own, n + size + earlier.offset, earlier.size);
      const isEmpty = switchingBySwitching.values.length + switchingByAbs.values.length === 0;
      return isEmpty ? [] : [{ layer, switchingBySwitching, switchingByAbs }];
    });
    return { ...block, switchingByInput: sparseMatrix(own, 0, n), couplings };
  });
  const output = outputs[1]![0]!;
  const gradient = new Float64Array(n + 2 * size);
  for (const [at, { value }] of boundedDerivatives(tape, output).byInput) gradient[at] = value;
  return remembered({
    value: tape.value[output]!,
    switching,
    layers,
    outputByInput: gradient.slice(0, n),
    outputBySwitching: gradient.slice(n, n + size),
    outputByAbs: gradient.slice(n + size),
    bytes: layers.flatMap(matricesOf).reduce((sum, matrix) => sum + bytesOf(matrix), 0),
  });
}

function matricesOf({ switchingByInput, couplings }: AbsNormalLayer): SparseMatrix[] {
  return [
    switchingByInput,
    ...couplings.flatMap((block) => [block.switchingBySwitching, block.switchingByAbs]),
  ];
}

function bytesOf({ starts, indices, values }: SparseMatrix): number {
  return starts.byteLength + indices.byteLength + values.byteLength;
}

/** a + (p + bΣ)(I − M − LΣ)⁻¹Z, by one sweep from the last layer to the first. */
export function layeredSignatureGradient(
  { layers, ...output }: LayeredAbsNormalForm,
  signature: ArrayLike<number>,
): Float64Array {
  const gradient = output.outputByInput.slice();
  const cotangent = output.outputBySwitching.slice();
  const byAbs = output.outputByAbs.slice();
  for (const { offset, size, switchingByInput, couplings } of layers.toReversed()) {
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      const c = cotangent[at]! + signature[at]! * byAbs[at]!;
      if (c === 0) continue;
      addRow(switchingByInput, i, c, gradient);
      for (const { layer, switchingBySwitching, switchingByAbs } of couplings) {
        addRow(switchingBySwitching, i, c, cotangent, layers[layer]!.offset);
        addRow(switchingByAbs, i, c, byAbs, layers[layer]!.offset);
      }
    }
  }
  return gradient;
}

/** Δf(d) and z + Δz(d), from the first layer to the last. */
export function layeredLinearization(
  form: LayeredAbsNormalForm,
  d: ArrayLike<number>,
): { readonly value: number; readonly switching: Float64Array } {
  const { layers, switching } = form;
  const moved = switching.slice();
  const change = new Float64Array(moved.length);
  const changeOfAbs = new Float64Array(moved.length);
  let value = form.outputByInput.reduce((sum, entry, t) => sum + entry * d[t]!, 0);
  for (const { offset, size, switchingByInput, couplings } of layers) {
    for (let i = 0; i < size; i++) {
      let delta = rowProduct(switchingByInput, i, d);
      for (const { layer, switchingBySwitching, switchingByAbs } of couplings) {
        const from = layers[layer]!.offset;
        delta += rowProduct(switchingBySwitching, i, change, from);
        delta += rowProduct(switchingByAbs, i, changeOfAbs, from);
      }
      const at = offset + i;
      moved[at]! += delta;
      change[at] = delta;
      changeOfAbs[at] = Math.abs(moved[at]!) - Math.abs(switching[at]!);
      value += form.outputBySwitching[at]! * delta + form.outputByAbs[at]! * changeOfAbs[at];
    }
  }
  return { value, switching: moved };
}

/** The dense form: M eliminated. Quadratic in the number of switching variables. */
export function condensedForm(form: LayeredAbsNormalForm): AbsNormalForm {
  requireLayeredForm(form);
  const { layers, switching, value } = form;
  const n = form.outputByInput.length;
  const size = switching.length;
  const byInput: Float64Array[] = [];
  const byAbs: Float64Array[] = [];
  const eliminate = (factor: number, j: number, input: Float64Array, abs: Float64Array): void => {
    if (factor === 0) return;
    byInput[j]!.forEach((entry, t) => (input[t]! += factor * entry));
    byAbs[j]!.forEach((entry, t) => (abs[t]! += factor * entry));
  };
  for (const { size: count, switchingByInput, couplings } of layers) {
    for (let i = 0; i < count; i++) {
      const [input, abs] = [new Float64Array(n), new Float64Array(size)];
      addRow(switchingByInput, i, 1, input);
      for (const { layer, switchingBySwitching, switchingByAbs } of couplings) {
        const { offset, size: width } = layers[layer]!;
        addRow(switchingByAbs, i, 1, abs, offset);
        const factors = new Float64Array(width);
        addRow(switchingBySwitching, i, 1, factors);
        factors.forEach((factor, j) => eliminate(factor, offset + j, input, abs));
      }
      byInput.push(input);
      byAbs.push(abs);
    }
  }
  const [outputByInput, outputByAbs] = [form.outputByInput.slice(), form.outputByAbs.slice()];
  form.outputBySwitching.forEach((p, j) => eliminate(p, j, outputByInput, outputByAbs));
  return {
    value,
    switching,
    switchingByInput: byInput,
    switchingByAbs: byAbs,
    outputByInput,
    outputByAbs,
    blocks: layers.map(({ node, op, shape, offset, size: count }) => ({
      node,
      op,
      shape,
      offset,
      size: count,
    })),
  };
}
