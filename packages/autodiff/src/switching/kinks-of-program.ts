import { requireProgram } from '../checked-program.js';
import { regularNodes } from '../on-demand.js';
import type { Op, Program } from '../program.js';
import { switchingOf } from '../rules/switching.js';

/** An op of a program at which its derivative may jump, or its value. */
export interface ProgramKink {
  readonly node: number;
  readonly op: Op;
  /** kink: |z| at z = 0, ties of max and min. norm: a Euclidean norm at 0. jump: a comparison or sign on its border. */
  readonly kind: 'kink' | 'norm' | 'jump';
}

/**
 * Where the program may fail to be smooth, in evaluation order: told from its ops alone, so that x·relu(1) counts and
 * the point does not. Ops whose derivative is unbounded somewhere, like √ at 0, are smooth where they are defined.
 */
export function kinksOf(program: Program): readonly ProgramKink[] {
  requireProgram('program', program);
  const regular = regularNodes(program);
  return program.nodes.flatMap(({ op }, node): ProgramKink[] => {
    if (regular[node] === 0) return [];
    switch (switchingOf(op).kind) {
      case 'absLike':
      case 'extreme':
        return [{ node, op, kind: 'kink' }];
      case 'norm':
        return [{ node, op, kind: 'norm' }];
      case 'jump':
        return [{ node, op, kind: 'jump' }];
      default:
        return [];
    }
  });
}
