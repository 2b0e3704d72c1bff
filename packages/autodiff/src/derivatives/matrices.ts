import { tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import type { Tracer } from '../builder.js';
import { lift } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { Argument } from '../evaluate.js';
import { reshape, stack } from '../ops/structure.js';
import type { Shape } from '../program.js';
import { sizeOf } from '../shape.js';
import { differentiate } from './differentiate.js';
import type { DerivativeOptions, Traceable } from './differentiate.js';
import { gradientOf } from './gradient.js';

export interface Jacobian {
  (x: Tracer): Value;
  (x: Argument): Tensor;
  (x: Operand): Value;
}

/** x ↦ Df(x) with the axes of f(x) first and those of x after them; the mode with fewer sweeps. */
export function jacobian(f: Traceable, options: DerivativeOptions = {}): Jacobian {
  const matrix = (x: Operand): Value =>
    differentiate(f, [x], options, ({ at, image, reverse, forward }) => {
      const [rows, columns] = [sizeOf(image.shape), sizeOf(at.shape)];
      const shape = [...image.shape, ...at.shape];
      if (rows <= columns) {
        const list = basis(image.shape).map((unit) => reverse(image, unit));
        return [rows === 0 ? reshape([], shape) : reshape(stack(list), shape)];
      }
      const list = basis(at.shape).map((unit) => forward(image, unit));
      return [columns === 0 ? reshape([], shape) : reshape(stack(list, -1), shape)];
    })[0]!;
  return matrix as Jacobian;
}

/** x ↦ ∇²f(x), the axes of x twice: forward mode over reverse mode, direction by direction. */
export function hessian(f: Traceable, options: DerivativeOptions = {}): Jacobian {
  const matrix = (x: Operand): Value =>
    differentiate(f, [x], options, (placed) => {
      const { at } = placed;
      const gradient = lift(at.builder, gradientOf(placed));
      const columns = basis(at.shape).map((unit) => placed.forward(gradient, unit));
      const shape = [...at.shape, ...at.shape];
      return [columns.length === 0 ? reshape([], shape) : reshape(stack(columns, -1), shape)];
    })[0]!;
  return matrix as Jacobian;
}

function basis(shape: Shape): Tensor[] {
  const size = sizeOf(shape);
  return Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size);
    unit[i] = 1;
    return tensor(unit, { shape });
  });
}
