import { requireKnownOptions } from '@nonsmooth/core';
import { tensor } from '@nonsmooth/tensor';
import type { Tensor } from '@nonsmooth/tensor';
import type { Tracer } from '../builder.js';
import { lift } from '../emit.js';
import type { Operand, Value } from '../emit.js';
import type { Argument } from '../evaluate.js';
import { reshape, stack } from '../ops/structure.js';
import type { Shape } from '../program.js';
import { sizeOf } from '../shape.js';
import {
  derivativeOptionNames,
  differentiateAlongUnits,
  requireTraceable,
  type DerivativeOptions,
  type Placed,
  type Traceable,
} from './differentiate.js';
import { gradientOf } from './gradient.js';

/** x ↦ a matrix of derivatives at x: a tensor at given numbers, a traced value inside a trace. */
export interface Jacobian {
  (x: Tracer): Value;
  (x: Argument): Tensor;
  (x: Operand): Value;
}

/** x ↦ Df(x) with the axes of f(x) first and those of x after them; the mode with fewer sweeps. */
export function jacobian(f: Traceable, options: DerivativeOptions = {}): Jacobian {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const matrix = (x: Operand): Value => {
    const { placed, values } = differentiateAlongUnits(f, x, options, (g) =>
      rowsFirst(g)
        ? { shape: g.image.shape, along: (unit) => g.reverse(g.image, unit) }
        : { shape: g.at.shape, along: (unit) => g.forward(g.image, unit) },
    );
    const shape = [...placed.image.shape, ...placed.at.shape];
    return assemble(values, rowsFirst(placed) ? 0 : -1, shape);
  };
  return matrix as Jacobian;
}

/** Whether reverse mode needs no more sweeps than forward mode. */
function rowsFirst({ at, image }: Placed): boolean {
  return sizeOf(image.shape) <= sizeOf(at.shape);
}

/** x ↦ ∇²f(x), the axes of x twice: forward mode over reverse mode, direction by direction. */
export function hessian(f: Traceable, options: DerivativeOptions = {}): Jacobian {
  requireKnownOptions('options', options, derivativeOptionNames);
  requireTraceable('f', f);
  const matrix = (x: Operand): Value => {
    const { placed, values } = differentiateAlongUnits(f, x, options, (g) => {
      const gradient = lift(g.at.builder, gradientOf(g));
      return { shape: g.at.shape, along: (unit) => g.forward(gradient, unit) };
    });
    return assemble(values, -1, [...placed.at.shape, ...placed.at.shape]);
  };
  return matrix as Jacobian;
}

function assemble(parts: readonly Value[], axis: number, shape: Shape): Value {
  if (parts.length === 0) return tensor(new Float64Array(0), { shape });
  return reshape(stack(parts, axis), shape);
}
