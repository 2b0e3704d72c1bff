import { ArgumentError, requireFinite, ShapeError } from '@nonsmooth/core';
import {
  requireObjectiveProgram,
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
  requireFinite('point', point);
  if (point.length === 0) throw new ArgumentError('point', point, 'a list of one number or more');
  const program = find(subject, point.length);
  requireObjectiveProgram('subject', program);
  const [dimension] = program.nodes[program.inputs[0]!]!.shape;
  if (dimension !== point.length) {
    throw new ShapeError(
      'point',
      point.length,
      `${dimension} entries, the dimension of the function`,
    );
  }
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
