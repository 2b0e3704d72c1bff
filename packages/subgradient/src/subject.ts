import { ArgumentError, requireFinite, ShapeError } from '@nonsmooth/core';
import {
  trace,
  type Program,
  type TracedObjective,
  type Tracer,
  type Value,
} from '@nonsmooth/autodiff';

/** What subdifferentials can be taken of: a function of one vector, its program, or an objective that has one. */
export type Subject = Program | TracedObjective | ((x: Tracer) => Value | number);

/**
 * The program of a subject at a point: one input, a vector of the point's length, and one scalar output.
 * @throws ArgumentError, ShapeError, NonFiniteError naming `subject` or `point`.
 */
export function programOf(subject: Subject, point: ArrayLike<number>): Program {
  const length = (point as ArrayLike<number> | undefined)?.length;
  if (length === undefined || length < 1) {
    throw new ArgumentError('point', point, 'a list of one number or more');
  }
  const program = find(subject, length);
  const shape = program.nodes[program.inputs[0]!]?.shape;
  if (program.inputs.length !== 1 || shape === undefined || shape.length !== 1) {
    throw new ShapeError('subject', program.inputs.length, 'a function of one vector');
  }
  if (shape[0] !== point.length) {
    throw new ShapeError(
      'point',
      point.length,
      `${shape[0]} entries, the dimension of the function`,
    );
  }
  const size = program.nodes[program.outputs[0]!]?.shape.reduce((a, b) => a * b, 1);
  if (program.outputs.length !== 1 || size !== 1) {
    throw new ShapeError(
      'subject',
      program.outputs.length,
      'a function with one number as its value',
    );
  }
  requireFinite('point', point);
  return program;
}

function find(subject: Subject, dimension: number): Program {
  if (typeof subject === 'function') return trace(subject, [[dimension]]);
  if (typeof subject !== 'object' || subject === null) {
    throw new ArgumentError('subject', subject, 'a function, a program or an objective');
  }
  if ('nodes' in subject) return subject;
  if (subject.program === undefined) {
    throw new ArgumentError(
      'subject',
      'an objective without a program',
      'objectives with `program`',
    );
  }
  return subject.program;
}
