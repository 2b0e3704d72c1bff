import { requireKnownOptions } from '@nonsmooth/core';
import { requireProgram, requireScalarProgram } from '../checked-program.js';
import type { Program, Shape } from '../program.js';
import { inline } from '../trace.js';
import {
  derivativeOptionNames,
  derivativeProgram,
  type DerivativeOptions,
  type Traceable,
} from './differentiate.js';
import { gradientOf } from './gradient.js';
import { alongGradient } from './gradient-along.js';

/** The program's first output as a function that can be traced. */
export function asFunction(program: Program): Traceable {
  requireProgram('program', program, { inputs: 1, outputs: 1 });
  return (x) => inline(program, x.builder, [x])[program.outputs[0]!]!;
}

/** The program x ↦ (f(x), ∇f(x)) of a program f with one input and one number as output. */
export function gradientProgram(program: Program, options: DerivativeOptions = {}): Program {
  requireScalarProgram('program', program);
  requireKnownOptions('options', options, derivativeOptionNames);
  return derivativeProgram(asFunction(program), [inputShape(program)], options, (f) => [
    f.image,
    gradientOf(f),
  ]);
}

/** The program (x, v) ↦ ∇²f(x)·v. */
export function hessianProductProgram(program: Program, options: DerivativeOptions = {}): Program {
  requireScalarProgram('program', program);
  requireKnownOptions('options', options, derivativeOptionNames);
  const shape = inputShape(program);
  return derivativeProgram(asFunction(program), [shape, shape], options, (f, v) => [
    alongGradient(f, v),
  ]);
}

function inputShape(program: Program): Shape {
  return program.nodes[program.inputs[0]!]!.shape;
}
